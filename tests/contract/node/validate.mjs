// Validates an AsyncAPI document with the project's own parser: `node validate.mjs FILE`.
import { fromFile, Parser } from '@asyncapi/parser';

const parser = new Parser();
const { document, diagnostics } = await fromFile(parser, process.argv[2]).parse();
const channels = document
  ? document.channels().all().map((channel) => ({
      address: channel.address(),
      messages: channel.messages().all().map((message) => ({
        name: message.name(),
        title: message.payload()?.title(),
        key: message.bindings().get('kafka')?.value().key.type,
      })),
    }))
  : [];
const operations = document ? document.operations().all().length : 0;
console.log(JSON.stringify({ diagnostics, channels, operations }));

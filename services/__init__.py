"""The claims desk's services: each a process of its own, meeting only on Kafka topics."""

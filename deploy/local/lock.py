"""Write `jars.lock` anew: `python -m deploy.local.lock` (needs a network).

Run it after a change of version in `BUNDLES`, and review what changed.
"""

import hashlib

import jgo

from deploy.local.runtime import LOCK_FILE

BUNDLES = {
    "kafka": (
        "org.apache.kafka:kafka_2.13:4.3.0",
        # Kafka logs through SLF4J 1; its distribution, not its POM, brings the binding.
        "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4",
    ),
    "greenmail": ("com.icegreen:greenmail-standalone:2.1.13",),
    "verapdf": ("org.verapdf.apps:greenfield-apps:1.28.2",),
}
WHOLE = {"verapdf"}
"""Bundles whose first jar holds all that it needs, whatever its POM says."""

HEADER = "# bundle coordinate size sha256 – written by `python -m deploy.local.lock`\n"


def main() -> None:
    """Resolve every bundle and write its jars, with size and SHA-256."""
    lines = []
    for bundle, endpoints in BUNDLES.items():
        found: dict[tuple[str, str], jgo.maven.Artifact] = {}
        for endpoint in endpoints:
            for artifact in jgo.resolve(endpoint):
                found.setdefault((artifact.groupId, artifact.artifactId), artifact)
                if bundle in WHOLE:
                    break
        for (group, name), artifact in found.items():
            content = artifact.resolve().read_bytes()
            digest = hashlib.sha256(content).hexdigest()
            lines.append(f"{bundle} {group}:{name}:{artifact.version} {len(content)} {digest}\n")
            print(lines[-1], end="")
    LOCK_FILE.write_text(HEADER + "".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

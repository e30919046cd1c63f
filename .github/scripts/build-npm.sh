#!/usr/bin/env bash
# Packs the library of the built site as a package for npm: dist-npm/package, and beside it
# the tarball, whose name it prints.
set -euo pipefail
cd "$(dirname "$0")/../.."
[ -f dist/embed.html ] || { echo "there is no built site: run \`make site\` or \`make dist\`" >&2; exit 1; }
out=dist-npm/package
rm -rf dist-npm
mkdir -p "$out/engine"
cp npm/package.json npm/README.md LICENSE-MIT LICENSE-APACHE dist/engines.js "$out/"
cp -r dist/library "$out/"
cp dist/engine-* "$out/engine/"

# The builds' names, as the site's page has them; the version of the crate.
python3 - "$out" <<'PYTHON'
import json, pathlib, re, sys
out = pathlib.Path(sys.argv[1])
tag = re.search(r'<meta name="gradcam-engines"[^>]*>', pathlib.Path("dist/index.html").read_text()).group()
names = dict(re.findall(r'data-(\w+)="([^"]+)"', tag))
(out / "engine/engines.json").write_text(json.dumps(names) + "\n")
package = json.loads((out / "package.json").read_text())
package["version"] = re.search(r'^version = "(.+)"$', pathlib.Path("Cargo.toml").read_text(), re.M).group(1)
(out / "package.json").write_text(json.dumps(package, indent=2) + "\n")
PYTHON
(cd dist-npm && npm pack --silent ./package)

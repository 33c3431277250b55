#!/usr/bin/env python3
"""Writes what a release contains as SPDX 2.3 (JSON):  packaging/sbom.py VERSION FILE PLATFORM...

release.sh runs it after publish.sh. Packages are those that restoring has written down, with the hashes of their files and the licences that they declare;
.NET is what the native compiler took; OpenSSL and the C library, which the programs are linked to when they start, are the distribution's packages. The archives stand beside FILE. A scanner of folders finds the
packages of the test projects as well, and neither OpenSSL in the binaries nor who links to it: hence this.
"""
import base64
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
PROGRAMS = {"fastrtspproxy": "FastRtspProxy", "rtspsim": "FastRtspProxy.Simulator"}
# Packages that give an address in the place of an expression.
LICENCES = {"HdrHistogram": "CC0-1.0"}


def spdx_id(*parts):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", "-".join(parts))


def package(identifier, name, version, licence, purl=None, checksums=None, supplier="NOASSERTION", **more):
    entry = {
        "SPDXID": identifier, "name": name, "versionInfo": version, "supplier": supplier, "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
        "licenseConcluded": licence, "licenseDeclared": licence, "copyrightText": "NOASSERTION", **more,
    }
    if checksums:
        entry["checksums"] = [{"algorithm": algorithm, "checksumValue": value} for algorithm, value in checksums]
    if purl:
        entry["externalRefs"] = [{"referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": purl}]
    return entry


def nuget(folder, name, version):
    path = os.path.join(folder, name.lower(), version)
    with open(os.path.join(path, name.lower() + ".nuspec"), encoding="utf-8-sig") as file:
        specification = file.read()
    with open(os.path.join(path, f"{name.lower()}.{version}.nupkg.sha512"), encoding="ascii") as file:
        digest = base64.b64decode(file.read()).hex()
    declared = re.search(r'<license type="expression">([^<]+)<', specification)
    authors = re.search(r"<authors>([^<]+)<", specification)
    licence = declared[1] if declared else LICENCES[name]
    return package(spdx_id("nuget", name), name, version, licence, f"pkg:nuget/{name}@{version}", [("SHA512", digest)],
                   f"Organization: {authors[1]}" if authors else "NOASSERTION", primaryPackagePurpose="LIBRARY")


def of_debian(name, platform):
    """Version of a package of the machine, or of the arm64 files."""
    if platform == "x64":
        return subprocess.run(["dpkg-query", "-W", "-f", "${Version}", f"{name}:amd64"], check=True, capture_output=True, text=True).stdout
    with open(os.path.join(ROOT, "artifacts/sysroot-arm64/packages"), encoding="ascii") as file:
        return dict(line.split() for line in file)[name]


def main():
    version, out, platforms = sys.argv[1], sys.argv[2], sys.argv[3:]
    created = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    packages, relations = {}, set()

    def add(entry):
        packages[entry["SPDXID"]] = entry
        return entry["SPDXID"]

    for program, project in PROGRAMS.items():
        identifier = add(package(spdx_id(program), program, version, "MIT", primaryPackagePurpose="APPLICATION"))
        with open(os.path.join(ROOT, "artifacts/aot-build/obj", project, "project.assets.json"), encoding="utf-8") as file:
            assets = json.load(file)
        folder = next(iter(assets["packageFolders"]))
        for name, library in assets["targets"]["net10.0"].items():
            if library["type"] == "package" and any(path.endswith(".dll") for path in library.get("runtime", {})):
                relations.add((identifier, "STATIC_LINK", add(nuget(folder, *name.split("/")))))
        serves_http = any("Microsoft.AspNetCore.App" in library.get("frameworkReferences", []) for library in assets["targets"]["net10.0"].values())
        for taken in assets["project"]["frameworks"]["net10.0"]["downloadDependencies"]:
            name = taken["name"]
            if "AspNetCore" in name and not serves_http:
                continue
            if re.match(r"(Microsoft\.NETCore\.App\.Runtime\.NativeAOT|Microsoft\.AspNetCore\.App\.Runtime)\.linux-", name):
                # Both platforms are restored in one folder, which names the last of them.
                for platform in platforms:
                    taken_one = nuget(folder, re.sub(r"linux-\w+$", f"linux-{platform}", name), taken["version"].strip("[]").split(",")[0])
                    relations.add((identifier, "STATIC_LINK", add(taken_one)))
    vendored = os.path.join(ROOT, "src/FastRtspProxy.Operations/Page/Files/vendor")
    for name, file, purl in (("uPlot", "uPlot.iife.min.js", "pkg:npm/uplot@{}"), ("jmuxer", "jmuxer.min.js", "pkg:npm/jmuxer@{}")):
        with open(os.path.join(vendored, file), "rb") as content:
            digest = hashlib.sha256(content.read()).hexdigest()
        with open(os.path.join(ROOT, "docs/page.md"), encoding="utf-8") as page:
            number = re.search(rf"\[{name}\]\(\S+\) (\d+\.\d+\.\d+)", page.read())[1]
        entry = add(package(spdx_id("npm", name), name, number, "MIT", purl.format(number), [("SHA256", digest)], primaryPackagePurpose="LIBRARY"))
        relations.add((spdx_id("fastrtspproxy"), "CONTAINS", entry))

    for platform in platforms:
        architecture = "amd64" if platform == "x64" else platform
        openssl = of_debian("libssl-dev", platform)
        static = add(package(spdx_id("deb", "openssl", architecture), "openssl", openssl, "Apache-2.0",
                             f"pkg:deb/debian/openssl@{openssl}?arch={architecture}", primaryPackagePurpose="LIBRARY"))
        libc = of_debian("libc6", platform)
        dynamic = add(package(spdx_id("deb", "libc6", architecture), "libc6", libc, "LGPL-2.1-or-later", f"pkg:deb/debian/libc6@{libc}?arch={architecture}",
                              primaryPackagePurpose="LIBRARY"))
        for archive in sorted(os.listdir(os.path.dirname(out))):
            if not archive.endswith((f"linux-{platform}.tar.gz", f"_{architecture}.deb")):
                continue
            with open(os.path.join(os.path.dirname(out), archive), "rb") as content:
                digest = hashlib.sha256(content.read()).hexdigest()
            entry = add(package(spdx_id("archive", archive), archive, version, "MIT", checksums=[("SHA256", digest)], packageFileName=archive,
                                primaryPackagePurpose="ARCHIVE"))
            relations.add(("SPDXRef-DOCUMENT", "DESCRIBES", entry))
            for program in PROGRAMS:
                relations.add((entry, "CONTAINS", spdx_id(program)))
            relations.add((entry, "CONTAINS" if archive.endswith(".tar.gz") else "DEPENDS_ON", static))
            relations.add((entry, "DYNAMIC_LINK", dynamic))

    body = {
        "spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": f"fastrtspproxy-{version}",
        "creationInfo": {"created": created, "creators": ["Tool: packaging/sbom.py"]},
        "packages": [packages[key] for key in sorted(packages)],
        "relationships": [{"spdxElementId": a, "relationshipType": kind, "relatedSpdxElement": b} for a, kind, b in sorted(relations)],
    }
    digest = hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
    body["documentNamespace"] = f"https://spdx.org/spdxdocs/fastrtspproxy-{version}-{digest[:32]}"
    with open(out, "w", encoding="utf-8") as file:
        json.dump(body, file, indent=1, ensure_ascii=False)
        file.write("\n")


main()

#!/usr/bin/env python3
"""Prints debian/copyright (DEP-5): our licence, and a paragraph for each section of THIRD-PARTY-NOTICES.txt.

    copyright.py LICENSE THIRD-PARTY-NOTICES.txt
"""
import re
import sys

COMMON = {
    "Apache-2.0": " On Debian systems the text is in /usr/share/common-licenses/Apache-2.0.",
    "CC0-1.0": " On Debian systems the text is in /usr/share/common-licenses/CC0-1.0.",
}


def folded(text):
    """Lines of a field: a blank in front of each, a dot in place of an empty one."""
    return "\n".join(" " + line.rstrip() if line.strip() else " ." for line in text.strip().splitlines())


def sections(notices):
    """Name, licence and text of each: between two lines of equals signs stands `name | licence | where`."""
    parts = re.split(r"^={80}\n(.+ \| .+ \| .+)\n={80}\n", notices, flags=re.MULTILINE)[1:]
    for head, text in zip(parts[::2], parts[1::2]):
        name, licence, where = (part.strip() for part in head.split("|", 2))
        yield name, licence, where, text


def holders(name, text):
    """The holders before the first notice of others that the text has in it."""
    own = re.split(r"^(?:Notices of|License notice)", text, flags=re.MULTILINE)[0]
    found = re.findall(r"^[ \t*]*(?:Copyright\s+)?(?:\([cC]\)|©|Copyright)\s+(?:\([cC]\)\s*|©\s*)?(\S.*?)\s*$", own, flags=re.MULTILINE)
    # Sentences of the licence's own text begin so, too: a holder's line begins with a year or a name, and says nothing of duties.
    found = [line for line in found if not line[0].islower() and line[0] != "[" and " must " not in line]
    return list(dict.fromkeys(found)) or [f"the authors of {name}"]


def main():
    licence = open(sys.argv[1], encoding="utf-8").read()
    mit = licence[licence.index("Permission is hereby granted"):]
    own = re.search(r"Copyright \(c\) (.*)", licence).group(1)
    print(
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: FastRtspProxy\n"
        "Comment:\n"
        " linked-in/NAME stands for what the programs contain of others. Their complete notices are in\n"
        " /usr/share/doc/fastrtspproxy/THIRD-PARTY-NOTICES.txt.gz.\n\n"
        f"Files: *\nCopyright: {own}\nLicense: Expat")
    used = {"Expat"}
    for name, short, where, text in sections(open(sys.argv[2], encoding="utf-8").read()):
        short = "Expat" if short == "MIT" else short
        if short != "Expat" and short not in COMMON:
            sys.exit(f"copyright.py: the licence {short} of {name} is not known here: add its text")
        used.add(short)
        lines = holders(name, text)
        print(f"\nFiles: linked-in/{name.replace(' ', '-')}/*")
        print("Copyright: " + "\n ".join(lines))
        print(f"License: {short}\nComment: {where}")
    for short in sorted(used):
        print(f"\nLicense: {short}")
        print(folded(mit) if short == "Expat" else COMMON[short])


main()

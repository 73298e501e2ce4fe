"""Python's encodings: each spelling with its codec, and what the upper 128 bytes say of each codec that has one byte a character, takes source, and
agrees with ASCII in the lower 128.

usage: python3.13 test/measure/source_encodings.py > server/src/base/source-encodings.json
"""
import encodings
import encodings.aliases
import os
import warnings

UNDEFINED = "\ufffd"
ASCII = bytes(byte for byte in range(1, 128) if byte not in b"\n\r\\'")


def as_source(name, content):
    """What Python reads out of a string literal in source of that encoding, or None where it refuses."""
    try:
        names = {}
        exec(compile(b"# coding: " + name.encode() + b"\ntext = r'''" + content + b"'''\n", "source", "exec"), names)
        return names["text"]
    except Exception:
        return None


def upper_half(name):
    """The characters of 0x80 to 0xff of an encoding that has one byte a character, else None."""
    single = [as_source(name, bytes([byte])) for byte in range(128, 256)]
    # Of two bytes a character, the first says nothing when it stands alone.
    pairs = any(single[byte - 128] is None and as_source(name, bytes([byte, low])) for byte in range(128, 256) for low in (0x41, 0xA1, 0xB1))
    return None if pairs or not any(single) else "".join(character or UNDEFINED for character in single)


def written(text):
    """As JSON, in which only what can be seen stands for itself."""
    escapes = {'"': '\\"', "\\": "\\\\"}
    return '"' + "".join(escapes.get(c, c) if c.isprintable() and c != UNDEFINED else f"\\u{ord(c):04x}" for c in text) + '"'


def main():
    warnings.simplefilter("ignore")
    folder = os.path.dirname(encodings.__file__)
    modules = {file[:-3] for file in os.listdir(folder) if file.endswith(".py")} - {"__init__", "aliases"}
    names = dict(sorted({**encodings.aliases.aliases, **{module: module for module in modules}}.items()))
    sources = {codec for codec in sorted(modules) if as_source(codec, ASCII) == ASCII.decode()}
    # Escapes are read all over source in the last three.
    halves = {codec: upper_half(codec) for codec in sorted(sources - {"ascii", "utf_8", "utf_8_sig", "charmap", "raw_unicode_escape", "unicode_escape"})}
    print('{\n  "python": "' + ".".join(map(str, __import__("sys").version_info[:3])) + '",')
    print('  "names": {')
    print(",\n".join(f"    {written(name)}: {written(codec)}" for name, codec in names.items()))
    print('  },\n  "upperHalves": {')
    print(",\n".join(f"    {written(codec)}: {written(half)}" for codec, half in halves.items() if half))
    print("  }\n}")


main()

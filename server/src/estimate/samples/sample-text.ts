import {
  concatenated,
  float,
  int,
  lengthOfSample,
  type NumberSample,
  opaque,
  type Sample,
  type TextSample,
  textSample,
  wholeText,
} from "./sample.js";

/** What `str` makes of a value; of containers only that it is about so long. */
export function shown(sample: Sample): TextSample {
  switch (sample.kind) {
    case "text":
      return sample;
    case "number":
      return textSample(numberText(sample));
    case "sequence": {
      const each = sample.items.map(shown);
      const characters = each.reduce((sum, item) => sum + (lengthOfSample(item) ?? 0) + 2, 0) / Math.max(1, each.length);
      return opaque(2 + characters * sample.count, false);
    }
    case "mapping": {
      const each = sample.entries.flat().map(shown);
      const characters = each.reduce((sum, item) => sum + (lengthOfSample(item) ?? 0) + 2, 0) / Math.max(1, sample.entries.length);
      return opaque(2 + characters * sample.count, false);
    }
    case "markup":
      return sample.text;
  }
}

function numberText({ type, value }: NumberSample): string {
  if (!Number.isFinite(value)) return "inf";
  if (type === "int") return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}

/** What a format specifier makes of a value: `08.3f`, `>12`, `,`. */
export function formatted(sample: Sample, specifier: string): TextSample {
  const [, fill = "", align = "", sign = "", , zero = "", width = "", grouping = "", precision, type = ""] =
    /^(?:(.)?([<>=^]))?([-+ ])?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/.exec(specifier) ?? [];
  let text = sample.kind === "number" ? numberAs(sample, type, precision) : wholeText(shown(sample));
  if (text === undefined) return shown(sample);
  if (sample.kind === "text" && precision !== undefined) text = text.slice(0, Number(precision));
  if (sample.kind === "number") {
    if (grouping) text = text.replace(/\B(?=(\d{3})+(?!\d))/, grouping);
    if (sign && !text.startsWith("-") && sign !== "-") text = sign + text;
  }
  const missing = Number(width || 0) - text.length;
  if (missing <= 0) return textSample(text);
  if (missing > longestPadding) return opaque(Number(width), false);
  const padding = (fill || zero || " ").repeat(missing);
  const isRight = align === ">" || align === "=" || (align !== "<" && align !== "^" && sample.kind === "number");
  return textSample(isRight ? padding + text : text + padding);
}

const longestPadding = 1_000;

function numberAs(sample: NumberSample, type: string, precision: string | undefined): string {
  const { value } = sample;
  switch (type) {
    case "f":
    case "F":
      return value.toFixed(Math.min(50, Number(precision ?? 6)));
    case "e":
    case "E":
      return value.toExponential(Math.min(50, Number(precision ?? 6)));
    case "%":
      return `${(value * 100).toFixed(Math.min(50, Number(precision ?? 6)))}%`;
    case "g":
    case "G":
      return String(Number(value.toPrecision(Math.min(50, Math.max(1, Number(precision ?? 6))))));
    case "d":
    case "i":
    case "u":
      return numberText(int(value));
    case "x":
    case "X":
      return Math.trunc(value).toString(16);
    case "o":
      return Math.trunc(value).toString(8);
    case "b":
      return Math.trunc(value).toString(2);
    case "c":
      return "x";
    default:
      return precision === undefined ? numberText(sample) : value.toPrecision(Math.min(50, Math.max(1, Number(precision))));
  }
}

/** An f-string, from what is written and the values in it. */
export function filledTemplate(template: string, values: readonly Sample[]): TextSample {
  const pieces: TextSample[] = [];
  template.split("\0").forEach((piece, index) => {
    if (index % 2 === 0) pieces.push(textSample(unescaped(piece.replace(/([{}])\1/g, "$1"))));
    else {
      const value = values[(index - 1) / 2];
      if (!value) return;
      const [, specifier] = /:(.*)$/s.exec(piece) ?? [];
      pieces.push(specifier === undefined ? shown(value) : formatted(value, specifier));
      if (piece.startsWith("!r") && value.kind === "text") pieces.push(textSample("''"));
    }
  });
  return concatenated(pieces);
}

/** `"%d and %s" % values` */
export function percentFormatted(template: string, values: readonly Sample[], isBytes: boolean): TextSample {
  const pieces: TextSample[] = [];
  let next = 0;
  let written = 0;
  for (const match of template.matchAll(/%(?:\(\w+\))?([-+ #0]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g)) {
    const [all, flags = "", width = "", precision, type = "s"] = match;
    pieces.push(textSample(template.slice(written, match.index)));
    written = match.index + all.length;
    if (type === "%") {
      pieces.push(textSample("%"));
      continue;
    }
    const value = values[next++];
    if (!value) continue;
    const align = flags.includes("-") ? "<" : ">";
    const zero = flags.includes("0") ? "0" : "";
    const kind = value.kind === "number" && /[sr]/.test(type) ? "" : /[sr]/.test(type) ? "" : type;
    pieces.push(
      formatted(value, `${align}${flags.includes("+") ? "+" : ""}${zero}${width}${precision === undefined ? "" : `.${precision}`}${kind}`),
    );
  }
  pieces.push(textSample(template.slice(written)));
  return { ...concatenated(pieces), isBytes };
}

/** `"{} of {}".format(a, b)` */
export function braceFormatted(template: string, values: readonly Sample[]): TextSample {
  const pieces: TextSample[] = [];
  let next = 0;
  let written = 0;
  for (const match of template.matchAll(/\{\{|\}\}|\{(\w*)[^{}:]*(?::([^{}]*))?\}/g)) {
    const [all, name = "", specifier = ""] = match;
    pieces.push(textSample(template.slice(written, match.index)));
    written = match.index + all.length;
    const value = values[/^\d+$/.test(name) ? Number(name) : next++];
    if (value) pieces.push(formatted(value, specifier));
  }
  pieces.push(textSample(template.slice(written)));
  return concatenated(pieces);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r", "0": "\0", "\n": "", "\\": "\\", "'": "'", '"': '"' };

/** What is written between quotes, without its escapes. */
export function unescaped(written: string): string {
  if (!written.includes("\\")) return written;
  return written.replace(/\\(x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|.)/gs, (_, code: string) => {
    if (code.length > 1) return String.fromCharCode(Number.parseInt(code.slice(1), 16));
    return escapes[code] ?? `\\${code}`;
  });
}

/** The number that a text says. */
export function parsedNumber(sample: Sample, type: "int" | "float"): NumberSample | undefined {
  if (sample.kind === "number") return type === "int" ? int(sample.value) : float(sample.value);
  const text = sample.kind === "text" ? wholeText(sample) : undefined;
  const value = text === undefined || text.trim() === "" ? Number.NaN : Number(text.replace(/_/g, ""));
  return Number.isNaN(value) ? undefined : type === "int" ? int(value) : float(value);
}

/** Code of the user's on one line, for a place between backticks or in a block of code: nothing in it ends that, and nothing in it turns the text around. */
export function codeOnOneLine(code: string): string {
  return withoutComments(code).trim().replace(/\s+/g, " ").replaceAll("`", "'").replace(invisible, "·");
}

/** Python code without the comments at the ends of its lines, which would swallow what comes after them. */
function withoutComments(code: string): string {
  return code.includes("#") ? code.replace(stringOrComment, (text) => (text.startsWith("#") ? "" : text)) : code;
}

const stringOrComment = /"""[\s\S]*?"""|'''[\s\S]*?'''|"(?:\\[\s\S]|[^"\\\n])*"|'(?:\\[\s\S]|[^'\\\n])*'|#[^\n]*/g;

/** A name as Markdown that shows it as it is. */
export function escapedForMarkdown(name: string): string {
  return name.replace(invisible, "·").replace(/[\\`*_{}[\]()<>#+!|~&]/g, "\\$&");
}

/** Control characters, and those that change the direction in which text is shown. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters meant
const invisible = /[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

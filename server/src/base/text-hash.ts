/** FNV-1a twice, with two starts: 64 bits tell the findings of one program apart. Who wants to deceive only deceives themselves. */
export function textHash(text: string): string {
  return [0x811c9dc5, 0x01234567].map((start) => hashFrom(start, text).toString(16).padStart(8, "0")).join("");
}

function hashFrom(start: number, text: string): number {
  let value = start;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return value >>> 0;
}

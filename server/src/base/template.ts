/** The template with values in the place of `{0}`, `{1}` and so on; a hole without a value stays visible. */
export function filled(template: string, ...values: readonly (string | number)[]): string {
  return template.replaceAll(/\{(\d)\}/g, (hole, index: string) => String(values[Number(index)] ?? hole));
}

/** esbuild's text loader makes a page a string, so a rule without its page cannot be built. */
declare module "*.md" {
  const text: string;
  export default text;
}

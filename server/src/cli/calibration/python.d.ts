/** esbuild's text loader makes a script a string. */
declare module "*.py" {
  const text: string;
  export default text;
}

/** A YAML file that is imported is data (build/yaml-modules.ts). */
declare module '*.yaml' {
  const document: unknown;
  export default document;
}

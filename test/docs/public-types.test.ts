// A program that uses the library can name every type that it gives or takes.
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");

it("exports every type that an exported one is made of", () => {
  const unnamed = unnamedTypes(join(root, "src/index.ts"));
  expect(unnamed).toEqual([]);
});

/** Types of ours that the exports of a module mention and that it does not export. */
function unnamedTypes(file: string): readonly string[] {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const program = ts.createProgram([file], options);
  const checker = program.getTypeChecker();
  const source = program.getSourceFile(file);
  const module = source === undefined ? undefined : checker.getSymbolAtLocation(source);
  if (module === undefined) throw new Error(`${file} exports nothing`);
  const original = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const exported = new Set(checker.getExportsOfModule(module).map(original));
  const unnamed = new Set<string>();
  const seen = new Set<ts.Node>();
  const visit = (node: ts.Node): void => {
    if (seen.has(node) || ts.isBlock(node)) return;
    seen.add(node);
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    const found = name === undefined ? undefined : checker.getSymbolAtLocation(name);
    const symbol = found === undefined ? undefined : original(found);
    const [declaration] = symbol?.declarations ?? [];
    if (symbol !== undefined && declaration !== undefined && isOurs(declaration)) {
      if (!exported.has(symbol))
        unnamed.add(`${symbol.name} of ${declaration.getSourceFile().fileName.slice(root.length)}`);
      visit(declaration);
    }
    ts.forEachChild(node, visit);
  };
  for (const symbol of exported) for (const declaration of symbol.declarations ?? []) visit(declaration);
  return [...unnamed].sort();
}

function isOurs(declaration: ts.Declaration): boolean {
  return (
    declaration.getSourceFile().fileName.startsWith(join(root, "src")) && !ts.isTypeParameterDeclaration(declaration)
  );
}

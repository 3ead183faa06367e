// Rolls the declarations of the library up into dist/index.d.ts: the package shows its public types and no file of the
// inside. Types that are made of a constant or a schema (`keyof typeof faults`, `z.input<typeof writtenJob>`) are written
// out, and so are interfaces to which several files add; they would drag the inside along. Types are not checked here:
// `npm run types` does that. What the keys of jobs and mappings mean is told beside them, as in `schemas/`.
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { rollup } from "rollup";
import { dts } from "rollup-plugin-dts";
import ts from "typescript";
import { keyDescriptions } from "./key-descriptions.ts";

const root = join(import.meta.dirname, "..");
const sources = join(root, "src");
const entry = join(sources, "index.ts");
const printer = ts.createPrinter();
const nowhere = ts.createSourceFile("", "", ts.ScriptTarget.Latest);

await mkdir(join(root, "dist"), { recursive: true });
const describe = keyDescriptions();
const folder = await mkdtemp(join(root, "dist/declarations-"));
try {
  await writeDeclarations(folder);
  await rollUp(join(folder, "index.d.ts"), join(root, "dist/index.d.ts"));
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Writes the declarations of the library's entry and of every file that they name, by the layout of src/. */
async function writeDeclarations(target: string): Promise<void> {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const emitted = { noEmit: false, noCheck: true, declaration: true, emitDeclarationOnly: true, rootDir: sources };
  const program = ts.createProgram([entry], { ...options, ...emitted });
  const checker = program.getTypeChecker();
  const afterDeclarations = [writtenOut(checker, publicSymbols(checker, program.getSourceFile(entry)))];
  const files = new Set([entry]);
  for (const file of files) {
    let declarations = "";
    const source = program.getSourceFile(file);
    program.emit(source, (_, text) => (declarations += text), undefined, true, { afterDeclarations });
    const path = join(target, relative(sources, file)).replace(/\.ts$/, ".d.ts");
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, declarations);
    for (const { fileName } of ts.preProcessFile(declarations).importedFiles)
      if (fileName.startsWith(".")) files.add(resolve(dirname(file), fileName));
  }
}

function publicSymbols(checker: ts.TypeChecker, file: ts.SourceFile | undefined): ReadonlySet<ts.Symbol> {
  const module = file === undefined ? undefined : checker.getSymbolAtLocation(file);
  const exported = module === undefined ? [] : checker.getExportsOfModule(module);
  return new Set(exported.map((each) => (each.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(each) : each)));
}

function writtenOut(
  checker: ts.TypeChecker,
  publicOnes: ReadonlySet<ts.Symbol>,
): ts.TransformerFactory<ts.SourceFile | ts.Bundle> {
  let named: ReadonlyMap<string, string> = new Map();
  return (context) => {
    const visit = (node: ts.Node): ts.Node | undefined => {
      // What a file adds to an interface of another one is written there.
      if (ts.isModuleDeclaration(node)) return undefined;
      if (ts.isInterfaceDeclaration(node)) return ts.visitEachChild(withAdded(node), visit, context);
      return isOfConstant(node) ? plain(node) : ts.visitEachChild(node, visit, context);
    };
    return (file) => {
      named = ts.isSourceFile(file) ? namedIn(file) : new Map();
      return ts.visitEachChild(file, visit, context);
    };
  };

  /** Public object types that a file writes out and names, by what they look like. */
  function namedIn(file: ts.SourceFile): ReadonlyMap<string, string> {
    const aliases = file.statements.filter(ts.isTypeAliasDeclaration).filter(({ name, type }) => {
      const symbol = checker.getSymbolAtLocation(name);
      return symbol !== undefined && publicOnes.has(symbol) && isOfConstant(type);
    });
    return new Map(aliases.map(({ name, type }) => [textOf(structureOf(type)), name.text]));
  }

  function withAdded(node: ts.InterfaceDeclaration): ts.InterfaceDeclaration {
    const original = ts.getOriginalNode(node);
    const declarations = checker.getSymbolAtLocation(node.name)?.declarations ?? [];
    const added = declarations.filter((each) => each !== original).filter(ts.isInterfaceDeclaration);
    if (added.length === 0) return node;
    const members = [...node.members, ...added.flatMap((each) => each.members.map(anew))];
    const { modifiers, name, typeParameters, heritageClauses } = node;
    return ts.factory.updateInterfaceDeclaration(node, modifiers, name, typeParameters, heritageClauses, members);
  }

  /** A member of another file, made anew: its own node would be printed by the text of this one. */
  function anew(node: ts.TypeElement): ts.TypeElement {
    if (!ts.isPropertySignature(node) || !ts.isIdentifier(node.name) || node.type === undefined)
      throw new Error(`no rule for ${node.getText()}`);
    const modifiers = node.modifiers?.map(({ kind }) => ts.factory.createModifier(kind));
    return ts.factory.createPropertySignature(modifiers, node.name.text, node.questionToken, plain(node.type));
  }

  function structureOf(node: ts.TypeNode): ts.TypeNode {
    const original = ts.getOriginalNode(node, ts.isTypeNode);
    const flags = ts.NodeBuilderFlags.NoTruncation | ts.NodeBuilderFlags.InTypeAlias;
    const written = checker.typeToTypeNode(checker.getTypeFromTypeNode(original), undefined, flags);
    if (written === undefined) throw new Error(`no rule for ${original.getText()}`);
    return written;
  }

  function plain(node: ts.TypeNode): ts.TypeNode {
    const whole = structureOf(node);
    const visit = (part: ts.Node): ts.Node => {
      const name = part === whole || !ts.isTypeLiteralNode(part) ? undefined : named.get(textOf(part));
      if (name !== undefined) return ts.factory.createTypeReferenceNode(name);
      return readable(ts.visitEachChild(part, visit, undefined));
    };
    return ts.visitNode(whole, visit, ts.isTypeNode);
  }
}

/** `typeof outcomes`, and a type that asks for a part of one: not what merely holds it, such as a list. */
function isOfConstant(node: ts.Node): node is ts.TypeNode {
  if (ts.isTypeQueryNode(node)) return true;
  const isPart = ts.isTypeReferenceNode(node) || ts.isIndexedAccessTypeNode(node) || isKeyOf(node);
  return isPart && mentionsConstant(node);
}

function isKeyOf(node: ts.Node): boolean {
  return ts.isTypeOperatorNode(node) && node.operator === ts.SyntaxKind.KeyOfKeyword;
}

function mentionsConstant(node: ts.Node): boolean {
  return ts.isTypeQueryNode(node) || ts.forEachChild(node, (child) => mentionsConstant(child) || undefined) === true;
}

function textOf(node: ts.TypeNode): string {
  return printer.printNode(ts.EmitHint.Unspecified, node, nowhere);
}

/** The checker writes an object type on one line, however long, and without what its keys mean. */
function readable(node: ts.Node): ts.Node {
  ts.setEmitFlags(node, ts.EmitFlags.None);
  if (!ts.isTypeLiteralNode(node)) return node;
  const keyOf = ({ name }: ts.TypeElement) => (name !== undefined && ts.isIdentifier(name) ? name.text : "");
  const keys = node.members.map(keyOf);
  for (const member of node.members) {
    const text = describe(keys, keyOf(member));
    const comment = ts.SyntaxKind.MultiLineCommentTrivia;
    if (text !== undefined) ts.addSyntheticLeadingComment(member, comment, `* ${text} `, true);
  }
  return node;
}

async function rollUp(input: string, file: string): Promise<void> {
  const bundle = await rollup({
    input,
    external: (id) => !/^[./]/.test(id),
    plugins: [dts()],
    onwarn: ({ message }) => {
      throw new Error(message);
    },
  });
  await bundle.write({ file });
}

import type { Language } from "web-tree-sitter";

const symbolNames = [
  "module",
  "ERROR",
  "comment",
  "line_continuation",
  "block",
  "expression_statement",
  "assignment",
  "augmented_assignment",
  "return_statement",
  "raise_statement",
  "assert_statement",
  "delete_statement",
  "pass_statement",
  "break_statement",
  "continue_statement",
  "if_statement",
  "elif_clause",
  "else_clause",
  "while_statement",
  "for_statement",
  "with_statement",
  "with_clause",
  "with_item",
  "try_statement",
  "except_clause",
  "finally_clause",
  "match_statement",
  "case_clause",
  "if_clause",
  "function_definition",
  "class_definition",
  "decorated_definition",
  "decorator",
  "import_statement",
  "import_from_statement",
  "future_import_statement",
  "aliased_import",
  "dotted_name",
  "relative_import",
  "wildcard_import",
  "global_statement",
  "nonlocal_statement",
  "type_alias_statement",
  "print_statement",
  "exec_statement",
  "identifier",
  "attribute",
  "subscript",
  "call",
  "argument_list",
  "keyword_argument",
  "list_splat",
  "list_splat_pattern",
  "dictionary_splat",
  "dictionary_splat_pattern",
  "integer",
  "float",
  "string",
  "concatenated_string",
  "interpolation",
  "true",
  "false",
  "none",
  "ellipsis",
  "binary_operator",
  "boolean_operator",
  "comparison_operator",
  "unary_operator",
  "not_operator",
  "conditional_expression",
  "lambda",
  "lambda_parameters",
  "list",
  "tuple",
  "set",
  "expression_list",
  "pattern_list",
  "list_pattern",
  "tuple_pattern",
  "dictionary",
  "pair",
  "list_comprehension",
  "set_comprehension",
  "dictionary_comprehension",
  "generator_expression",
  "for_in_clause",
  "slice",
  "named_expression",
  "await",
  "yield",
  "parenthesized_expression",
  "parenthesized_list_splat",
  "as_pattern",
  "as_pattern_target",
  "default_parameter",
  "typed_parameter",
  "typed_default_parameter",
  "keyword_separator",
  "positional_separator",
  "parameters",
  "type",
  "generic_type",
  "type_parameter",
  "member_type",
  "union_type",
  "constrained_type",
  "splat_type",
  "case_pattern",
  "class_pattern",
  "keyword_pattern",
  "chevron",
] as const;

export type SymbolName = (typeof symbolNames)[number];

/** Maps the grammar's numbers to names this file knows, as strings that V8 compares by address. */
export type Symbols = ReadonlyMap<number, SymbolName>;

let cached: { readonly language: Language; readonly symbols: Symbols } | undefined;

export function symbolsOf(language: Language): Symbols {
  if (cached?.language === language) return cached.symbols;
  const known = new Set<string>(symbolNames);
  const symbols = new Map<number, SymbolName>();
  // The grammar aliases rules, so several numbers may carry one name.
  language.types.forEach((name, id) => {
    if (known.has(name) && language.nodeTypeIsNamed(id)) symbols.set(id, name as SymbolName);
  });
  symbols.set(errorSymbol, "ERROR");
  cached = { language, symbols };
  return symbols;
}

/** What tree-sitter reports as the type of an ERROR node. */
const errorSymbol = 65535;

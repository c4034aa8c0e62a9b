import js from "@eslint/js";
import globals from "globals";

const RULES = {
  "complexity": ["error", 10],
  "eqeqeq": "error",
  "max-lines-per-function": ["error", 40],
  "no-shadow": "error",
  "no-var": "error",
  "prefer-const": "error",
  "require-await": "error",
};

export default [
  { ignores: ["node_modules/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error" } },
  js.configs.recommended,
  { files: ["static/js/*.js"], languageOptions: { globals: globals.browser }, rules: RULES },
];

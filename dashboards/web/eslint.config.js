// The rules of this folder's code.
import solid from "eslint-plugin-solid/configs/typescript";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", ".screenshots"] },
  {
    files: ["src/**/*.{ts,tsx}", "tests/**/*.ts", "vite.config.ts"],
    extends: [...tseslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "no-restricted-syntax": [
        "error",
        { selector: "JSXAttribute[name.name='innerHTML']", message: "Texts are never HTML." },
        { selector: "JSXAttribute[name.name='style']", message: "The content security policy refuses inline styles: use a class." },
        { selector: "MemberExpression[property.name=/^(innerHTML|outerHTML|insertAdjacentHTML)$/]", message: "Texts are never HTML." },
      ],
    },
  },
  {
    files: ["src/**/*.tsx"],
    ...solid,
    rules: {
      ...solid.rules,
      "solid/reactivity": ["warn", { customReactiveFunctions: ["createQuery", "siteMoved", "slotsMoved", "readingsMoved", "everSince", "attempt", "asMyself"] }],
    },
  },
);

/** Where the pages begin. */
import { render } from "solid-js/web";
import { App } from "./app";
import { listen } from "./router";
import { follow } from "./state/stream";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/shell.css";
import "./styles/parts.css";
import "./styles/pages.css";
import "./styles/flow.css";
import "./styles/history.css";

const root = document.getElementById("app");
if (root) {
  listen();
  follow();
  render(() => <App />, root);
}

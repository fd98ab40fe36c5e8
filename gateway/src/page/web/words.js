// What technical messages mean, and what to do, for the owner.
import { el } from "./dom.js";

const OF_A_NODE = [
  [/refused: Connection|connecting|timed? ?out|closed|lost|not connected|No route|unreachable/i, "No node of the chain can be reached. Is the gateway's internet connection up? The gateway tries again by itself."],
  [/genesis|other chain|slot lengths differ/i, "The node belongs to another chain than the one that this gateway joined. Correct the node's address in the configuration."],
];
const OF_A_BROKER = [
  [/NotAuthorized|BadUserNamePassword|not authori[sz]ed|bad user/i, "This broker wants a user and a password. Put the password into a file that the gateway may read, and name both: mqtt://user@address?password_file=/etc/deren-gateway/mqtt.password"],
];
const OF_A_DEVICE = [
  ...OF_A_BROKER,
  [/permission denied/i, "The gateway may not open this port. Its user must be in the port's group, which is dialout as a rule."],
  [/holds its only connection, as it seems/i, "Another program talks to it, and it talks to one only: end that program. Or Modbus is switched off there: switch it on in its menu."],
  [/cannot connect/i, "Nobody answers at its address. Is it switched on, and in the same network as the gateway?"],
  [/no message within/i, "It published nothing. Is it switched on, and does it publish to this broker?"],
  [/was not answered within|gave no answer/i, "It did not answer in time. If this stays, something else may be talking to it: many inverters talk to one program only."],
  [/connection lost|broke off/i, "The connection broke off. The gateway connects again by itself."],
  [/register a replaced meter|another device/i, "Another device answers at its address. If the meter was replaced, set it up again and register the new one."],
];
const OF_THE_DISK = [
  [/full|no space|read-only|input\/output|disk/i, "The disk is full or cannot be written. Make room: nothing that was stored is thrown away."],
];
const ABOUT = { chain: OF_A_NODE, outbox: OF_THE_DISK, home_assistant: [...OF_A_BROKER, [/refused|timed? ?out|unreachable/i, "The broker that Home Assistant reads does not answer. The gateway tries again by itself; no reading depends on it."]] };
/** These say themselves what is wrong and what to do. */
const PLAIN = ["clock", "configuration", "keys", "network"];

/** Words for the owner; null where the message must speak for itself. `about` is what it is about, as the status says. */
export function meaning(about, message) {
  if (PLAIN.includes(about)) return null;
  return (ABOUT[about] ?? OF_A_DEVICE).find(([pattern]) => pattern.test(message))?.[1] ?? null;
}

/** The message for a person, and below as it came. */
export function explained(about, message) {
  const words = meaning(about, message);
  if (words === null) return [el("p", {}, message)];
  return [el("p", {}, words), el("p", { class: "small mono" }, message)];
}

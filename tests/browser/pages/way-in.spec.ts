// A way in without an extension: by a passkey, by a passphrase where there is none, and back by the recovery phrase.
import type { Page } from "@playwright/test";
import { faultsInBoth } from "../support/axe.ts";
import { panel } from "../support/browser.ts";
import { expect, test } from "../support/made-up.ts";

/** Gives the browser an authenticator, as a phone has one; `hasPrf`: it gives secrets for signing. */
async function addAuthenticator(page: Page, hasPrf: boolean): Promise<void> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      ctap2Version: "ctap2_1",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
      hasPrf,
    },
  });
}

/** A node that has not answered by then is not there. */
const NODE_MAY_TAKE_MS = 20_000;

const dialog = (page: Page) => page.getByRole("dialog", { name: "Choose an account" });
const openDialog = async (page: Page, origin: string) => {
  await page.goto(`${origin}/`);
  await page.locator(".account-button").click();
  await expect(dialog(page)).toBeVisible();
};

/** Writes the words down, says so, and is in; gives the words and the address. */
async function writeDown(page: Page): Promise<{ phrase: string; address: string }> {
  const list = dialog(page).getByRole("list", { name: "Recovery phrase" });
  await expect(list.getByRole("listitem")).toHaveCount(12);
  const phrase = (await list.getByRole("listitem").allTextContents()).join(" ");
  expect(await faultsInBoth(page), "the recovery phrase").toEqual([]);
  const goOn = dialog(page).getByRole("button", { name: "Go on" });
  await expect(goOn).toBeDisabled();
  await dialog(page).getByLabel("I have written them down").check();
  await goOn.click();
  await expect(page.locator(".account-button")).toHaveText("My account");
  await expect(dialog(page)).toBeHidden();
  return { phrase, address: await addressIn(page) };
}

async function addressIn(page: Page): Promise<string> {
  return page.evaluate(async () => (await (await fetch("/api/v1/login")).json()).address as string);
}

/** Everything that this browser keeps of the site. */
const kept = (page: Page) => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));

test.use({ options: { development: false } });

test("a passkey gives an account, the same one again, and nothing of it is stored", async ({ page, origin }) => {
  await addAuthenticator(page, true);
  await openDialog(page, origin);
  await dialog(page).getByRole("button", { name: "Create a passkey" }).click();
  const { phrase, address } = await writeDown(page);
  for (const word of phrase.split(" ")) expect(await kept(page)).not.toContain(`${word} `);
  expect(await kept(page)).not.toContain("deren.key.");

  // Another visit without any memory, on a device that shares the passkey.
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.context().clearCookies();
  await openDialog(page, origin);
  await dialog(page).getByRole("button", { name: "Use my passkey" }).click();
  await expect(page.locator(".account-button")).toHaveText("My account");
  expect(await addressIn(page)).toBe(address);

  // The words once more, for whoever has the passkey.
  await page.locator(".account-button").click();
  await dialog(page).getByRole("button", { name: "Show the recovery phrase" }).click();
  const shown = dialog(page).getByRole("list", { name: "Recovery phrase" }).getByRole("listitem");
  await expect(shown).toHaveCount(12);
  expect((await shown.allTextContents()).join(" ")).toBe(phrase);
});

test("after a reload one is still logged in, and is asked only when something is signed", async ({ page, origin, fixture }) => {
  await addAuthenticator(page, true);
  await openDialog(page, origin);
  await dialog(page).getByRole("button", { name: "Create a passkey" }).click();
  const { address } = await writeDown(page);
  await page.reload();
  await expect(page.locator(".account-button")).toHaveText("My account");
  expect(await addressIn(page)).toBe(address);
  await expect(panel(page, "Register your site")).toContainText(address);
  expect(await faultsInBoth(page), "registering a site").toEqual([]);

  // Another tab's login takes the session: this key must ask its owner, so one banner does.
  await page.context().clearCookies();
  fixture.news();
  const banner = page.getByRole("alert").filter({ hasText: "has logged in with another account" });
  await expect(banner).toBeVisible();
  await expect(page.locator("main [role=alert]")).toHaveCount(1);
  expect(await faultsInBoth(page), "the banner").toEqual([]);
  await banner.getByRole("button", { name: "Continue as My account" }).click();
  await expect(banner).toBeHidden();
  expect(await addressIn(page)).toBe(address);
});

test("where a passkey gives no secret, a passphrase does, and the words bring the key back elsewhere", async ({ page, origin }) => {
  await addAuthenticator(page, false);
  await openDialog(page, origin);
  await dialog(page).getByRole("button", { name: "Create a passkey" }).click();
  await expect(dialog(page).getByRole("alert")).toContainText("Use a passphrase instead");
  await dialog(page).getByRole("button", { name: "With a passphrase instead" }).click();
  const fill = async (passphrase: string, again = passphrase) => {
    await dialog(page).getByLabel("Passphrase", { exact: true }).fill(passphrase);
    await dialog(page).getByLabel("The same again").fill(again);
  };
  await fill("short");
  await dialog(page).getByRole("button", { name: "Make the key" }).click();
  await expect(dialog(page).getByRole("alert").first()).toContainText("at least 12 characters");
  expect(await faultsInBoth(page), "a passphrase").toEqual([]);
  await fill("correct horse battery", "correct horse batterz");
  await dialog(page).getByRole("button", { name: "Make the key" }).click();
  await expect(dialog(page).getByRole("alert").first()).toContainText("not the same");
  await fill("correct horse battery");
  await dialog(page).getByRole("button", { name: "Make the key" }).click();
  const { phrase, address } = await writeDown(page);
  expect(await kept(page)).toContain(`deren.key.${address}`);
  for (const word of phrase.split(" ")) expect(await kept(page)).not.toContain(`${word} `);

  // The key is asked for again after a reload, and a wrong passphrase is told.
  await page.reload();
  await expect(page.locator(".account-button")).toHaveText("My account");
  await page.locator(".account-button").click();
  await dialog(page).getByRole("button", { name: "Show the recovery phrase" }).click();
  const unlock = page.getByRole("dialog", { name: "Unlock your key" });
  await unlock.getByLabel("Passphrase").fill("not this one at all");
  await unlock.getByRole("button", { name: "Unlock" }).click();
  await expect(unlock).toContainText("That is not the passphrase.");
  expect(await faultsInBoth(page), "unlocking").toEqual([]);
  await unlock.getByLabel("Passphrase").fill("correct horse battery");
  await unlock.getByRole("button", { name: "Unlock" }).click();
  await expect(dialog(page).getByRole("list", { name: "Recovery phrase" }).getByRole("listitem")).toHaveCount(12);

  // Logged out, the key is still here, and locked.
  await dialog(page).getByRole("button", { name: "Log out" }).click();
  await expect(page.locator(".account-button")).toHaveText("Choose account");
  await dialog(page).getByRole("button", { name: /^Unlock / }).click();
  await unlock.getByLabel("Passphrase").fill("correct horse battery");
  await unlock.getByRole("button", { name: "Unlock" }).click();
  await expect(page.locator(".account-button")).toHaveText("My account");
  expect(await addressIn(page)).toBe(address);

  // Another browser.
  await page.evaluate(() => {
    localStorage.clear();
    sessionStorage.clear();
  });
  await page.context().clearCookies();
  await openDialog(page, origin);
  await dialog(page).getByRole("button", { name: "I have a recovery phrase" }).click();
  await dialog(page).getByLabel("Recovery phrase").fill(`${phrase} extra`);
  await fill("another passphrase");
  await dialog(page).getByRole("button", { name: "Bring it back" }).click();
  await expect(dialog(page).getByRole("alert").first()).toContainText("not the words of a recovery phrase");
  expect(await faultsInBoth(page), "bringing a key back").toEqual([]);
  await dialog(page).getByLabel("Recovery phrase").fill(phrase.toUpperCase());
  await dialog(page).getByRole("button", { name: "Bring it back" }).click();
  await expect(page.locator(".account-button")).toHaveText("My account");
  expect(await addressIn(page)).toBe(address);
});

test("without a wallet one is told which there are, and looks again when it is there", async ({ page, origin }) => {
  await openDialog(page, origin);
  await dialog(page).getByRole("button", { name: "Use a wallet" }).click();
  const wallets = dialog(page).getByRole("region", { name: "A wallet" });
  for (const name of ["Talisman", "SubWallet", "Nova Wallet", "Polkadot{.js}"]) {
    await expect(wallets.getByRole("link", { name })).toHaveAttribute("href", /^https:\/\//);
  }
  expect(await faultsInBoth(page), "wallets").toEqual([]);
  await page.evaluate(() => {
    const accounts = { get: async () => [], subscribe: () => () => undefined };
    const signer = { signPayload: () => undefined, signRaw: () => undefined };
    const wallet = { version: "1", enable: async () => ({ accounts, signer }) };
    Object.assign(window, { injectedWeb3: { talisman: wallet } });
  });
  await wallets.getByRole("button", { name: "Look again" }).click();
  await wallets.getByRole("button", { name: "Talisman" }).click();
  await expect(wallets.getByRole("alert")).toContainText("Talisman shows no account");
});

test("at an address without a name it is said why there are no passkeys, and what else there is", async ({ page, fixture }) => {
  await openDialog(page, `http://127.0.0.1:${fixture.port}`);
  await expect(dialog(page)).toContainText("Passkeys belong to a name, and 127.0.0.1 is none.");
  await expect(dialog(page).getByRole("button", { name: "Create a passkey" })).toBeDisabled();
  await expect(dialog(page).getByRole("button", { name: "With a passphrase instead" })).toBeEnabled();
});

test.describe("on a development chain", () => {
  test.use({ options: { development: true } });

  test("a new key is offered play money and a home in one press", async ({ page, origin }) => {
    await addAuthenticator(page, true);
    await page.clock.install();
    await openDialog(page, origin);
    await dialog(page).getByRole("button", { name: "Create a passkey" }).click();
    await writeDown(page);
    const start = page.getByTestId("development-start");
    await expect(start.getByRole("button", { name: "Give me play money and a home" })).toBeVisible();
    // There is no node here: the attempt says so, and can be made again.
    await Promise.all([page.waitForEvent("websocket"), start.getByRole("button").click()]);
    await expect(start.getByRole("list", { name: "A home" })).toBeVisible();
    await page.clock.fastForward(NODE_MAY_TAKE_MS);
    await expect(start.getByRole("alert")).toContainText("does not answer");
    await expect(start.getByRole("button", { name: "Give me play money and a home" })).toBeEnabled();
    expect(await faultsInBoth(page), "the offer").toEqual([]);
  });
});

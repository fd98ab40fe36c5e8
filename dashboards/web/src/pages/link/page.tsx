/** "Link a gateway": the code of a gateway's page becomes the on-chain registration, signed by owner and gateway. */
import { For, Match, Show, Switch, createMemo, createSignal, onCleanup } from "solid-js";
import { api } from "../../api/client";
import { words } from "../../api/problem";
import type { Account, Site } from "../../api/types";
import { ask } from "../../chain/signing";
import { Gate } from "../../components/gate";
import { Load, Panel } from "../../components/panel";
import RegisterSite from "../../components/register-site";
import { ROLES, codeProblem, deviceProblem, missing, ownerProblem } from "../../link/checks";
import { LONGEST, type LinkCode, codeInHash, readCode } from "../../link/code";
import { address } from "../../session/session";
import { nameError, siteName } from "../../state/names";
import { createAccount, siteMoved } from "../../state/own";
import { createQuery } from "../../state/query";
import { nowUnixS } from "../../state/stream";
import { ratedKw, short } from "../../units/format";
import { dayAndClock } from "../../units/time";
import type { PageProps } from "../page-props";

export default function LinkPage(props: PageProps) {
  return (
    <Gate>
      <LinkGateway {...props} />
    </Gate>
  );
}

function LinkGateway(props: PageProps) {
  const [text, setText] = createSignal(codeInHash(location.hash) ?? "");
  const changed = () => setText((before) => codeInHash(location.hash) ?? before);
  addEventListener("hashchange", changed);
  onCleanup(() => removeEventListener("hashchange", changed));
  const result = createMemo(() => readCode(text()));
  const code = createMemo(() => {
    const read = result();
    return read.ok ? read.code : null;
  });
  const error = () => {
    const read = result();
    return text() === "" || read.ok ? "" : read.error;
  };
  return (
    <>
      <div class="page-head">
        <h1>Link a gateway</h1>
      </div>
      <Show when={code()} fallback={<Paste error={error()} onInput={setText} />}>
        {(read) => (
          <>
            <Summary code={read()} />
            <Show when={codeProblem(read(), props.status.chain.genesis_hash, nowUnixS())} fallback={<OfOwner {...props} code={read()} />}>
              {(problem) => (
                <Bad words={problem()}>
                  <button class="button small" type="button" onClick={() => setText("")}>
                    Paste another code
                  </button>
                </Bad>
              )}
            </Show>
          </>
        )}
      </Show>
    </>
  );
}

function Bad(props: { words: string; children?: import("solid-js").JSX.Element }) {
  return (
    <div class="notice" data-tone="bad" role="alert">
      <p>{props.words}</p>
      {props.children}
    </div>
  );
}

function Paste(props: { error: string; onInput: (text: string) => void }) {
  return (
    <Panel title="The gateway's code">
      <p class="soft">
        Open your gateway's own page, pick your devices there, and get the code. Its QR code and its link bring you here by
        themselves; or paste the code, or the line that <code>deren-gateway link</code> printed.
      </p>
      <label class="field">
        <span>Code from the gateway's page</span>
        <textarea
          class="input mono"
          spellcheck={false}
          maxLength={LONGEST}
          aria-invalid={props.error !== ""}
          aria-describedby="code-meaning"
          onInput={(event) => props.onInput(event.currentTarget.value)}
        />
      </label>
      <p id="code-meaning" class="small problem" aria-live="polite">
        {props.error}
      </p>
    </Panel>
  );
}

/** What the code says, before anybody signs. */
function Summary(props: { code: LinkCode }) {
  return (
    <Panel title="What your gateway says" note={`The code holds until ${dayAndClock(props.code.expires_unix_s)}`}>
      <dl class="figures">
        <div class="figure named">
          <dt>Home</dt>
          <dd>{props.code.home ?? `Site ${props.code.site}`}</dd>
        </div>
        <div class="figure">
          <dt>Site</dt>
          <dd>{props.code.site}</dd>
        </div>
      </dl>
      <ul class="things">
        <For each={props.code.devices}>
          {(device) => (
            <li>
              <div>
                <strong>{ROLES[device.role]}</strong>
                <p class="small soft">
                  at most {ratedKw(device.rated_power_w)} · <span class="mono">{short(device.device)}</span>
                </p>
              </div>
            </li>
          )}
        </For>
        <li>
          <div>
            <strong>Gateway</strong>
            <p class="small soft mono">{short(props.code.gateway)}</p>
          </div>
        </li>
      </ul>
    </Panel>
  );
}

type OfOwnerProps = PageProps & { code: LinkCode };

/** Who must be logged in, and with which site. */
function OfOwner(props: OfOwnerProps) {
  const account = createAccount();
  return (
    <Show when={address()} fallback={<WhoAreYou choose={props.choose} />}>
      <Load query={account}>
        {(of) => (
          <Show when={ownerProblem(props.code, of())} fallback={<OfSite {...props} account={of()} />}>
            {(problem) => (
              <>
                <Bad words={problem()} />
                <Show when={of().sites.length === 0}>
                  <RegisterSite account={of()} status={props.status} />
                </Show>
              </>
            )}
          </Show>
        )}
      </Load>
    </Show>
  );
}

function WhoAreYou(props: { choose: () => void }) {
  return (
    <Panel title="Who are you?">
      <p>Choose the account for which the code was made. Then you sign the registration with it.</p>
      <div class="row">
        <button class="button primary" type="button" aria-haspopup="dialog" onClick={() => props.choose()}>
          Choose an account
        </button>
      </div>
    </Panel>
  );
}

function OfSite(props: OfOwnerProps & { account: Account }) {
  const market = () => props.account.sites.find((site) => site.id === props.code.site)?.market ?? 0;
  const moved = siteMoved(() => props.code.site, market);
  const site = createQuery(
    () => props.code.site,
    (id) => api.site(id),
    moved,
  );
  return <Load query={site}>{(known) => <Register code={props.code} site={known()} energySeconds={props.status.chain.slot_energy_seconds} />}</Load>;
}

/** What is still to be signed, in one signature; or that all is done. */
function Register(props: { code: LinkCode; site: Site; energySeconds: number }) {
  const [problem, setProblem] = createSignal("");
  const open = () => missing(props.code, props.site);
  const wrong = () => open().devices.map((device) => deviceProblem(device, props.site)).find((words) => words !== null);
  const isReading = () =>
    props.code.devices.length > 0 &&
    props.code.devices.every((device) => props.site.devices.some((known) => known.device.toLowerCase() === device.device && known.last_slot !== null));
  /** A home gets its name without a signature on the chain. */
  const nameIt = async (site: Site, home: string | null) => {
    if (home === null || site.name !== null || nameError(home) !== "") return;
    try {
      await api.nameSite(site.id, home.trim());
    } catch (error) {
      setProblem(`Your home could not be named: ${words(error)}`);
    }
  };
  const review = () => {
    const code = props.code;
    const site = props.site;
    const { isLinked, devices } = open();
    const { gateway, expires_unix_s, signature } = code;
    const link = isLinked ? null : ({ kind: "link_gateway", site: site.id, gateway, expires_unix_s, code: signature } as const);
    const context = { energySeconds: props.energySeconds, siteName: code.home ?? siteName(site), zoneName: "" };
    // A command's line brings no devices: only the link is signed.
    if (link !== null && devices.length === 0) ask(link, context);
    else ask({ kind: "register_gateway", link, site: site.id, gateway, devices }, context);
    void nameIt(site, code.home);
  };
  return (
    <Switch>
      <Match when={!props.site.active}>
        <Bad words="Your grid operator suspended this site. Ask them why." />
      </Match>
      <Match when={wrong()}>{(words) => <Bad words={words()} />}</Match>
      <Match when={open().isLinked && open().devices.length === 0}>
        <Panel title="Registered">
          <p>
            {isReading()
              ? "Your gateway is reporting: its readings are on the chain."
              : props.code.devices.length > 0
                ? "All is signed. The first readings come with the next slots; you need not wait here."
                : "The gateway is linked. Its devices are registered with the code of its own page."}
          </p>
          <div class="row">
            <a class="button primary" href="/">
              Go to my home
            </a>
          </div>
        </Panel>
      </Match>
      <Match when={true}>
        <Panel title="Sign the registration">
          <p>
            The gateway has signed. With one signature of yours it is linked to your site
            {props.code.devices.length > 0 ? ", and its devices are registered." : "."}
          </p>
          <Show when={problem()}>
            <p class="problem" role="alert">
              {problem()}
            </p>
          </Show>
          <div class="row">
            <button class="button primary" type="button" onClick={() => review()}>
              Review registration
            </button>
          </div>
        </Panel>
      </Match>
    </Switch>
  );
}

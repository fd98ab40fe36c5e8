/** The visitor's own site: asks who they are, and which of their sites they mean, before it shows anything of it. */
import { For, type JSX, Show, createMemo, createSignal } from "solid-js";
import { api } from "../api/client";
import type { Account, Site, Status } from "../api/types";
import { address } from "../session/session";
import { siteName } from "../state/names";
import { createAccount, siteMoved } from "../state/own";
import { type Query, createQuery } from "../state/query";
import { Empty, Load } from "./panel";

/** A site of the visitor's, with what every part of a page needs. */
export type Own = { account: Account; accountQuery: Query<Account>; site: Site; siteQuery: Query<Site>; name: string };

type OwnSiteProps = {
  status: Status;
  choose: () => void;
  /** What the page does, for somebody who is not logged in. */
  invitation: JSX.Element;
  children: (own: () => Own) => JSX.Element;
};

export function OwnSite(props: OwnSiteProps) {
  const account = createAccount();
  const [picked, setPicked] = createSignal<number>();
  return (
    <Show when={address()} fallback={<Invitation choose={props.choose}>{props.invitation}</Invitation>}>
      <Load query={account}>
        {(of) => {
          const chosen = () => of().sites.find((site) => site.id === picked()) ?? of().sites[0];
          return (
            <Show when={chosen()} fallback={<NoSite account={of()} />}>
              {(site) => (
                <>
                  <Show when={of().sites.length > 1}>
                    <label class="row">
                      <span class="label">Site</span>
                      <select class="input site-picker" value={site().id} onChange={(event) => setPicked(Number(event.currentTarget.value))}>
                        <For each={of().sites}>{(each) => <option value={each.id}>{siteName(each)}</option>}</For>
                      </select>
                    </label>
                  </Show>
                  <OfSite account={of()} accountQuery={account} id={site().id} market={site().market}>
                    {props.children}
                  </OfSite>
                </>
              )}
            </Show>
          );
        }}
      </Load>
    </Show>
  );
}

type OfSiteProps = { account: Account; accountQuery: Query<Account>; id: number; market: number; children: (own: () => Own) => JSX.Element };

function OfSite(props: OfSiteProps) {
  const moved = siteMoved(
    () => props.id,
    () => props.market,
  );
  const query = createQuery(
    () => props.id,
    (id) => api.site(id),
    moved,
  );
  return (
    <Load query={query}>
      {(site) => {
        const own = createMemo(() => ({
          account: props.account,
          accountQuery: props.accountQuery,
          site: site(),
          siteQuery: query,
          name: siteName(site()),
        }));
        return <>{props.children(own)}</>;
      }}
    </Load>
  );
}

function Invitation(props: { choose: () => void; children: JSX.Element }) {
  return (
    <section class="panel invitation">
      <img src="/logo.svg" alt="" width="56" height="56" />
      {props.children}
      <button class="button primary" type="button" aria-haspopup="dialog" onClick={() => props.choose()}>
        Choose an account
      </button>
    </section>
  );
}

function NoSite(props: { account: Account }) {
  return (
    <Empty>
      <p>
        <strong>No site is registered for this account.</strong> The grid operator approves a connection point for its address;
        then its owner registers the site.
      </p>
      <p class="mono">{props.account.address}</p>
    </Empty>
  );
}

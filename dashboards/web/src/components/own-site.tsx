/** The visitor's own site: asks who they are, and which of their sites they mean, before it shows anything of it. */
import { type JSX, Show, createMemo, createSignal } from "solid-js";
import { api } from "../api/client";
import type { Account, Site, Status } from "../api/types";
import { address } from "../session/session";
import { siteName } from "../state/names";
import { createAccount, siteMoved } from "../state/own";
import { type Query, createQuery } from "../state/query";
import { lazyPart } from "./lazy-part";
import { Load } from "./panel";
import { Picker } from "./picker";
import type { RegisterSiteProps } from "./register-site";

/** Few need it, and once. */
const RegisterSite = lazyPart<RegisterSiteProps>(() => import("./register-site"));

/** A site of the visitor's, with what every part of a page needs. */
export type Own = { account: Account; site: Site; name: string; rename: (name: string) => Promise<void> };

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
            <Show when={chosen()} fallback={<RegisterSite account={of()} status={props.status} />}>
              {(site) => (
                <>
                  <Show when={of().sites.length > 1}>
                    <Picker label="Site" items={of().sites} picked={site().id} nameOf={siteName} onPick={setPicked} />
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
  const rename = async (name: string) => {
    await api.nameSite(props.id, name);
    query.refetch();
    props.accountQuery.refetch();
  };
  return (
    <Load query={query}>
      {(site) => {
        const own = createMemo(() => ({
          account: props.account,
          site: site(),
          name: siteName(site()),
          rename,
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

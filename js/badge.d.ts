/** `<tabfit-badge model="llama-3.2-1b" runtime="…" precision="…" context="…" base="…">` */
export class TabfitBadge extends HTMLElement {
  static observedAttributes: string[];
  /** Ask again, as after a change of an attribute. */
  renew(): Promise<void>;
}

declare global {
  interface HTMLElementTagNameMap {
    "tabfit-badge": TabfitBadge;
  }
}

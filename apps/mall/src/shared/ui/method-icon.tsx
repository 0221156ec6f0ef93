import { WalletIcon } from './icons.tsx'

/** The shop's own purse, or a card for any cashier: no brand's mark is ours to show. */
export function MethodIcon({ gateway }: { readonly gateway: string }) {
  if (gateway === 'balance') return <WalletIcon width="24" height="24" />
  return (
    <svg
      viewBox="0 0 24 24"
      width="24"
      height="24"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <rect x="3.5" y="6" width="17" height="12.5" rx="2.2" />
      <path d="M3.5 10h17M7 14.700h3" />
    </svg>
  )
}

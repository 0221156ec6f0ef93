import { CardIcon, WalletIcon } from './icons.tsx'
import css from './method-icon.module.css'

/** A letter on a colour tells well-known ways apart at a glance: no brand's mark is ours to show. */
const LETTERS: Readonly<Record<string, readonly [letter: string, className: string | undefined]>> = {
  alipay: ['支', css.alipay],
  wechat: ['微', css.wechat],
  epay: ['易', css.epay],
  stripe: ['S', css.stripe],
  points: ['积', undefined],
}

/** Stands beside the name of a way to pay; the shop's own purse and cashiers nobody knows have a picture. */
export function MethodIcon({ gateway }: { readonly gateway: string }) {
  const [letter, className] = LETTERS[gateway] ?? []
  return (
    <span className={[css.tile, className].filter(Boolean).join(' ')} aria-hidden="true">
      {letter ?? (gateway === 'balance' ? <WalletIcon width="20" height="20" /> : <CardIcon width="20" height="20" />)}
    </span>
  )
}

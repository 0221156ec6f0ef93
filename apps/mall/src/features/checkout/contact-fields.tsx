import type { Shop } from '../../shared/api/types.ts'
import { FindAgain } from '../../shared/find-again.tsx'
import { useI18n } from '../../shared/i18n/index.ts'
import { Card } from '../../shared/ui/page.tsx'
import css from './checkout.module.css'
import type { Draft, Faults } from './draft.ts'

/** How the order is found again: a contact, and for guests a password of their own. */
export function ContactFields({
  draft,
  faults,
  guest,
  shop,
  onChange,
}: {
  readonly draft: Draft
  readonly faults: Faults
  readonly guest: boolean
  readonly shop: Shop
  readonly onChange: (draft: Draft) => void
}) {
  const { t } = useI18n()
  return (
    <Card title={t('checkout.contactTitle')}>
      <div className={guest ? css.two : css.fields}>
        <FindAgain
          given={draft}
          faults={faults}
          isGuest={guest}
          passwordRequired={shop.queryPasswordRequired}
          onChange={(given) => onChange({ ...draft, ...given })}
        />
      </div>
    </Card>
  )
}

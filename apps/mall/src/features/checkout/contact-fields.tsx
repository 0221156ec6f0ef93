import type { Shop } from '../../shared/api/types.ts'
import { useFaultMessage } from '../../shared/buyer-question.tsx'
import { useI18n } from '../../shared/i18n/index.ts'
import { PasswordField, TextField } from '../../shared/ui/field.tsx'
import { Card } from '../../shared/ui/page.tsx'
import css from './checkout.module.css'
import { type Draft, type Faults, PASSWORD_LENGTH_MAX } from './draft.ts'

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
  const message = useFaultMessage()
  return (
    <Card title={t('checkout.contactTitle')}>
      <div className={guest ? css.two : css.fields}>
        <TextField
          id="contact"
          name="contact"
          label={t('checkout.contact')}
          hint={t('checkout.contactHint')}
          error={message(faults.contact)}
          autoComplete="email"
          autoCapitalize="off"
          spellCheck={false}
          required
          maxLength={254}
          value={draft.contact}
          onChange={(event) => onChange({ ...draft, contact: event.target.value })}
        />
        {guest && (
          <PasswordField
            id="query-password"
            name="query-password"
            label={t('checkout.password')}
            hint={t('checkout.passwordHint')}
            error={message(faults.queryPassword)}
            optional={!shop.queryPasswordRequired}
            required={shop.queryPasswordRequired}
            autoComplete="new-password"
            maxLength={PASSWORD_LENGTH_MAX}
            value={draft.queryPassword}
            onChange={(event) => onChange({ ...draft, queryPassword: event.target.value })}
          />
        )}
      </div>
    </Card>
  )
}

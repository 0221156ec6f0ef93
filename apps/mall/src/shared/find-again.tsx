import { type BuyerFault, useFaultMessage } from './buyer-question.tsx'
import { QUERY_PASSWORD_LENGTH_MAX } from './form-check.ts'
import { useI18n } from './i18n/index.ts'
import { PasswordField, TextField } from './ui/field.tsx'

type Given = { readonly contact: string; readonly queryPassword: string }

/** How an order is found again: a contact, and for guests a password of their own. */
export function FindAgain({
  given,
  faults,
  isGuest,
  passwordRequired,
  onChange,
}: {
  readonly given: Given
  readonly faults: { readonly [key: string]: BuyerFault | undefined }
  readonly isGuest: boolean
  readonly passwordRequired: boolean
  readonly onChange: (given: Given) => void
}) {
  const { t } = useI18n()
  const message = useFaultMessage()
  const { contact, queryPassword } = given
  return (
    <>
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
        value={contact}
        onChange={(event) => onChange({ contact: event.target.value, queryPassword })}
      />
      {isGuest && (
        <PasswordField
          id="query-password"
          name="query-password"
          label={t('checkout.password')}
          hint={t('checkout.passwordHint')}
          error={message(faults.queryPassword)}
          optional={!passwordRequired}
          required={passwordRequired}
          autoComplete="new-password"
          maxLength={QUERY_PASSWORD_LENGTH_MAX}
          value={queryPassword}
          onChange={(event) => onChange({ contact, queryPassword: event.target.value })}
        />
      )}
    </>
  )
}

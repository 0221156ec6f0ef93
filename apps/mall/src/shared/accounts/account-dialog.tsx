import type { FormField } from '../api/types.ts'
import { useI18n } from '../i18n/index.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { CheckIcon } from '../ui/icons.tsx'
import css from './accounts.module.css'
import { groupsOf } from './groups.ts'

/** One line's account as it goes out: what was typed, and what the supplier says of it. */
export type ShownAccount = {
  readonly key: string
  readonly title: string
  readonly answers: readonly { readonly field: FormField; readonly value: string }[]
  readonly nickname: string | null
  /** It was asked for, and nobody could say. */
  readonly isUnchecked: boolean
}

/** What was topped up cannot be taken back from a stranger: what was typed is shown once more, large and in groups. */
export function AccountDialog({
  accounts,
  yes,
  busy = false,
  onYes,
  onBack,
}: {
  readonly accounts: readonly ShownAccount[]
  readonly yes: string
  readonly busy?: boolean
  readonly onYes: () => void
  readonly onBack: () => void
}) {
  const { t } = useI18n()
  return (
    <Dialog
      title={t('accounts.title')}
      onClose={onBack}
      actions={
        <>
          <Button onClick={onBack}>{t('accounts.back')}</Button>
          <Button look="primary" busy={busy} onClick={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      <p className={css.lead}>{t('accounts.lead')}</p>
      {accounts.map((account) => (
        <OneAccount key={account.key} account={account} isAlone={accounts.length === 1} />
      ))}
    </Dialog>
  )
}

function OneAccount({ account, isAlone }: { readonly account: ShownAccount; readonly isAlone: boolean }) {
  const { t, own } = useI18n()
  return (
    <section className={css.account}>
      {!isAlone && <h3>{account.title}</h3>}
      <dl>
        {account.answers.map(({ field, value }) => {
          const option = field.options?.find((one) => one.value === value)
          return (
            <div key={field.key} className={css.answer}>
              <dt>{own(field.labelZh, field.labelEn)}</dt>
              {option ? (
                <dd>{own(option.labelZh, option.labelEn)}</dd>
              ) : (
                <dd className={css.groups} data-account={value}>
                  {groupsOf(value, field.type).map((group, index) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: equal groups differ by nothing but their place
                    <span key={index}>{group}</span>
                  ))}
                </dd>
              )}
            </div>
          )
        })}
      </dl>
      {account.nickname !== null && (
        <p className={css.found}>
          <CheckIcon />
          {t('accounts.nickname', { name: account.nickname })}
        </p>
      )}
      {account.isUnchecked && <p className={css.unchecked}>{t('accounts.unchecked')}</p>}
    </section>
  )
}

import { useShop } from '../shared/api/queries.ts'
import { useI18n } from '../shared/i18n/index.ts'
import { classes } from '../shared/ui/classes.ts'
import { BoltIcon, LockIcon, ReceiptSearchIcon } from '../shared/ui/icons.tsx'
import css from './shell.module.css'

export function Footer({ onPhones }: { readonly onPhones: boolean }) {
  const { t } = useI18n()
  const { data: shop } = useShop()
  const promises = [
    { icon: <BoltIcon />, title: t('trust.fast'), text: t('trust.fastText') },
    { icon: <LockIcon />, title: t('trust.safe'), text: t('trust.safeText') },
    { icon: <ReceiptSearchIcon />, title: t('trust.found'), text: t('trust.foundText') },
  ]
  return (
    <footer className={classes(css.foot, !onPhones && css.wideBlock)}>
      <div className={css.footIn}>
        <ul className={css.promises}>
          {promises.map(({ icon, title, text }) => (
            <li key={title} className={css.promise}>
              {icon}
              <div>
                <b>{title}</b>
                <span>{text}</span>
              </div>
            </li>
          ))}
        </ul>
        {shop?.contact && (
          <p className={css.contact}>
            {t('home.contact')} {shop.contact}
          </p>
        )}
      </div>
    </footer>
  )
}

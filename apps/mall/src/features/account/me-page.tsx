import { Link } from 'react-router'
import { problemOf } from '../../shared/api/client.ts'
import { useMe, useRechargeOffer, useUnread } from '../../shared/api/queries.ts'
import type { Me } from '../../shared/api/types.ts'
import { changeLocale, LOCALES, useI18n } from '../../shared/i18n/index.ts'
import { ButtonLink } from '../../shared/ui/button.tsx'
import {
  BellIcon,
  BoltIcon,
  BoxIcon,
  CardIcon,
  CheckIcon,
  ClockIcon,
  ForwardIcon,
  GlobeIcon,
  OrdersIcon,
  ReceiptSearchIcon,
} from '../../shared/ui/icons.tsx'
import { Money } from '../../shared/ui/money.tsx'
import { Card, Columns, Page } from '../../shared/ui/page.tsx'
import { Bone, ErrorState, Loading } from '../../shared/ui/states.tsx'
import css from './account.module.css'
import { Profile } from './profile.tsx'
import { Sessions } from './sessions.tsx'
import { SignOut } from './sign-out.tsx'
import { Wecom } from './wecom.tsx'

/** The person: balance, orders, language, devices, the way out. Guests find the same place with the way in. */
export function MePage() {
  const { t } = useI18n()
  const me = useMe()
  return (
    <Page title={t('common.me')} heading={false}>
      <h1 className="visually-hidden">{t('common.me')}</h1>
      {me.data === undefined ? (
        me.isError ? (
          <ErrorState problem={problemOf(me.error)} onRetry={() => void me.refetch()} />
        ) : (
          <Loading>
            <Columns main={<Bone height={220} radius={14} />} side={<Bone height={160} radius={14} />} />
          </Loading>
        )
      ) : (
        <Columns
          main={
            <>
              {me.data ? <Profile me={me.data} /> : <Guest />}
              <OrderLinks />
              <Rights member={Boolean(me.data)} />
              {me.data && <Messages />}
              {me.data && <Wecom />}
              {me.data && <Sessions />}
            </>
          }
          side={
            <>
              {me.data && <Balance me={me.data} />}
              {me.data && <Points me={me.data} />}
              <Settings />
              {me.data && <SignOut />}
            </>
          }
        />
      )}
    </Page>
  )
}

function Guest() {
  const { t } = useI18n()
  return (
    <Card>
      <div className={css.guest}>
        <h2>{t('me.guest')}</h2>
        <p>{t('me.guestText')}</p>
        <ButtonLink look="primary" to="/sign-in">
          {t('signIn.title')}
        </ButtonLink>
      </div>
    </Card>
  )
}

function Balance({ me }: { readonly me: Me }) {
  const { t } = useI18n()
  const { data: offer } = useRechargeOffer()
  return (
    <Card title={t('me.balance')}>
      <div className={css.balance}>
        <Money fen={me.balanceFen} className={css.balanceAmount ?? ''} />
        <p className={css.small}>{t('me.balanceHint')}</p>
      </div>
      <div className={css.balanceActions}>
        {offer?.enabled && (
          <ButtonLink look="primary" to="/recharge">
            {t('wallet.recharge')}
          </ButtonLink>
        )}
        <ButtonLink to="/wallet">{t('wallet.movements')}</ButtonLink>
      </div>
    </Card>
  )
}

function Points({ me }: { readonly me: Me }) {
  const { t } = useI18n()
  return (
    <Card title={t('me.points')}>
      <div className={css.balance}>
        <span className={css.balanceAmount ?? ''}>{me.points.toLocaleString('en-US')}</span>
        <p className={css.small}>{t('me.pointsHint')}</p>
      </div>
    </Card>
  )
}

function OrderLinks() {
  const { t } = useI18n()
  const links = [
    { to: '/orders', label: t('orders.all'), icon: <OrdersIcon /> },
    { to: '/orders?state=pending', label: t('order.states.pending'), icon: <ClockIcon /> },
    { to: '/orders?state=paid', label: t('order.states.paid'), icon: <BoltIcon /> },
    { to: '/orders?state=delivered', label: t('order.states.delivered'), icon: <CheckIcon /> },
  ]
  return (
    <Card title={t('common.myOrders')}>
      <nav className={css.states} aria-label={t('common.myOrders')}>
        {links.map(({ to, label, icon }) => (
          <Link key={to} to={to} className={css.stateLink}>
            {icon}
            {label}
          </Link>
        ))}
      </nav>
    </Card>
  )
}

function Rights({ member }: { readonly member: boolean }) {
  const { t } = useI18n()
  return (
    <Card>
      <div className={css.rows}>
        {member && (
          <Link className={css.row} to="/me/rights">
            <BoxIcon />
            <span>{t('rights.title')}</span>
            <ForwardIcon />
          </Link>
        )}
        <Link className={css.row} to="/redeem">
          <CardIcon />
          <span>{t('redeem.entry')}</span>
          <ForwardIcon />
        </Link>
      </div>
    </Card>
  )
}

function Messages() {
  const { t } = useI18n()
  const { data: unread = 0 } = useUnread()
  return (
    <Card>
      <div className={css.rows}>
        <Link className={css.row} to="/messages">
          <BellIcon />
          <span>{t('messages.title')}</span>
          {unread > 0 && <span className={css.unread}>{t('messages.unread', { count: unread })}</span>}
          <ForwardIcon />
        </Link>
      </div>
    </Card>
  )
}

function Settings() {
  const { t, locale } = useI18n()
  return (
    <Card title={t('me.settings')}>
      <div className={css.rows}>
        <div className={css.row}>
          <GlobeIcon />
          <span>{t('common.language')}</span>
          <div className={css.choices}>
            {LOCALES.map((each) => (
              <button
                key={each}
                type="button"
                lang={each}
                className={css.choice}
                aria-pressed={each === locale}
                onClick={() => void changeLocale(each)}
              >
                {each === 'en' ? 'English' : '中文'}
              </button>
            ))}
          </div>
        </div>
        <Link className={css.row} to="/lookup">
          <ReceiptSearchIcon />
          <span>{t('common.lookup')}</span>
          <ForwardIcon />
        </Link>
      </div>
    </Card>
  )
}

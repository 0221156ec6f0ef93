import { InfoCircleOutlined } from '@ant-design/icons'
import { Button, Tooltip, Typography } from 'antd'
import { useState } from 'react'
import { Link, useParams } from 'react-router'
import { useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { type Say, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { StateTag } from '../../shared/parts/StateTag.tsx'
import { Copyable, Count, Money, Time } from '../../shared/parts/values.tsx'
import { useMay } from '../../shared/session.tsx'
import { DetailPage, Facts, Section } from '../../shared/templates/DetailPage.tsx'
import { AdjustMeans, type Means } from './AdjustMeans.tsx'
import { MemberNote } from './MemberNote.tsx'
import { MemberRights } from './MemberRights.tsx'
import { RecentOrders } from './RecentOrders.tsx'
import { memberText } from './text.ts'

type Member = Output<'members.getMember'>

/** Each look at the whole number is logged, so the page does not look again by itself. */
const PHONE_SEEN_MS = 10 * 60_000

/** One member: who, balance, orders, and what colleagues should know. */
export function MemberDetailPage() {
  const t = useText(memberText)
  const id = Number(useParams().id)
  const read = useRead('members.getMember', { params: { id } }, { staleMs: PHONE_SEEN_MS })
  return (
    <DetailPage
      read={read}
      back="/members"
      title={(member) => member?.name || member?.phoneMasked || t('memberNo', { id })}
      tags={(member) => <StateTag kind="account" state={member.status} />}
      actions={(member) => <Actions member={member} />}
    >
      {(member) => (
        <>
          <Section title={t('facts')}>
            <MemberFacts member={member} />
          </Section>
          <div className="columns">
            <div className="span-8 stack">
              <RecentOrders memberId={member.id} />
              <MemberRights memberId={member.id} />
            </div>
            <div className="span-4 stack">
              <MemberNote key={member.version} member={member} />
            </div>
          </div>
        </>
      )}
    </DetailPage>
  )
}

function MemberFacts({ member }: { readonly member: Member }) {
  const t = useText(memberText)
  return (
    <Facts
      items={[
        [t('balance'), <Balance key="balance" member={member} />],
        [t('points'), <Count key="points" value={member.points} />],
        [t('phone'), <Phone key="phone" member={member} />],
        [t('name'), member.name],
        [
          t('number'),
          <span key="id" className="num">
            {member.id}
          </span>,
        ],
        [t('createdAt'), <Time key="created" value={member.createdAt} />],
        [t('lastSeenAt'), <Time key="seen" value={member.lastSeenAt} />],
        [
          t('sessions'),
          <span key="sessions" className="num">
            {member.sessionCount}
          </span>,
        ],
      ]}
    />
  )
}

/** With the way to the statement, for those who may read the books. */
function Balance({ member }: { readonly member: Member }) {
  const t = useText(memberText)
  const may = useMay()
  return (
    <>
      <Typography.Text strong style={{ fontSize: 18 }}>
        <Money fen={member.balanceFen} strong />
      </Typography.Text>{' '}
      {may('finance.read') && <Link to={`/statements/members/${member.id}`}>{t('statement')}</Link>}
    </>
  )
}

function Phone({ member }: { readonly member: Member }) {
  const t = useText(memberText)
  if (member.phone === null) return <span className="num">{member.phoneMasked}</span>
  return (
    <>
      <Copyable text={member.phone} />{' '}
      <Tooltip title={t('phoneLogged')}>
        <InfoCircleOutlined style={{ color: 'var(--muted)' }} />
      </Tooltip>
    </>
  )
}

function Actions({ member }: { readonly member: Member }) {
  const t = useText(memberText)
  const may = useMay()
  const [adjusting, setAdjusting] = useState<Means>()
  const toggle = useToggle(member, t)
  return (
    <>
      {may('orders.read') && (
        <Link to={`/orders?memberId=${member.id}`}>
          <Button>{t('seeOrders')}</Button>
        </Link>
      )}
      <ActionButton permission="finance.adjust" onClick={() => setAdjusting('balance')}>
        {t('adjust')}
      </ActionButton>
      <ActionButton permission="finance.adjust" onClick={() => setAdjusting('points')}>
        {t('adjustPoints')}
      </ActionButton>
      {member.status === 'active' ? (
        <ActionButton danger permission="members.manage" onClick={toggle.disable}>
          {t('disable')}
        </ActionButton>
      ) : (
        <ActionButton type="primary" permission="members.manage" loading={toggle.enabling} onClick={toggle.enable}>
          {t('enable')}
        </ActionButton>
      )}
      {adjusting && <AdjustMeans member={member} means={adjusting} onClose={() => setAdjusting(undefined)} />}
    </>
  )
}

function useToggle(member: Member, t: Say<keyof typeof memberText.keys>) {
  const confirm = useConfirmDanger()
  const refresh = ['members.']
  const disabling = useAction('members.disableMember', { refresh, done: t('disabled') })
  const enabling = useAction('members.enableMember', { refresh, done: t('enabled') })
  const params = { id: member.id }
  return {
    enabling: enabling.running,
    enable: () => void enabling.go({ params }),
    disable: () =>
      confirm({
        title: t('disable'),
        object: `${member.name || t('noName')} ${member.phoneMasked}`,
        consequence: t('disableText'),
        askReason: true,
        onConfirm: (reason) => disabling.run({ params, body: { reason } }),
      }),
  }
}

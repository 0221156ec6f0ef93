import { DeleteOutlined, DownloadOutlined, UploadOutlined } from '@ant-design/icons'
import { App, Input, Skeleton, Tabs, Tag, Typography } from 'antd'
import { useState } from 'react'
import { Navigate, useBlocker, useLocation, useNavigate, useParams } from 'react-router'
import { newKey, useAction, useRead } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useBoth, useText } from '../../shared/i18n/index.ts'
import { ActionButton } from '../../shared/parts/ActionButton.tsx'
import { useConfirmDanger } from '../../shared/parts/danger.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { ErrorState } from '../../shared/templates/ErrorState.tsx'
import { PageFrame } from '../../shared/templates/PageFrame.tsx'
import { draftOf } from './copy.ts'
import { FileButton, saveAsFile } from './FileButton.tsx'
import { JsonEditor } from './JsonEditor.tsx'
import { TrialPanel } from './TrialPanel.tsx'
import { profileText } from './text.ts'
import { UsersPanel } from './UsersPanel.tsx'
import { type Fault, useFaults } from './useFaults.ts'
import { VersionsPanel } from './VersionsPanel.tsx'
import './profiles.css'

type Profile = Output<'suppliers.readProfile'>

/** A profile: its text with the mistakes at their lines, the dry run beside it, its versions and who is spoken to by it. */
export function ProfilePage() {
  const { id } = useParams()
  return id === undefined ? <NewProfile /> : <ExistingProfile key={id} id={Number(id)} />
}

function NewProfile() {
  const t = useText(profileText)
  const state = useLocation().state as { readonly source?: string } | null
  if (state?.source === undefined) {
    // Opened by its address: it begins at the list, whose script may still be on its way.
    return (
      <PageFrame title={t('title')}>
        <Navigate to="/supplier-profiles" replace />
        <Skeleton active />
      </PageFrame>
    )
  }
  return <Bench start={state.source} profile={undefined} tab="trial" onTab={() => undefined} />
}

function ExistingProfile({ id }: { readonly id: number }) {
  const t = useText(profileText)
  const { data, error, refetch } = useRead('suppliers.readProfile', { params: { profileId: id } })
  const [tab, setTab] = useState('trial')
  if (!data) {
    return (
      <PageFrame title={t('title')} back="/supplier-profiles">
        {error ? <ErrorState error={error} onRetry={() => void refetch()} /> : <Skeleton active />}
      </PageFrame>
    )
  }
  return <Bench key={data.latest} start={data.source} profile={data} tab={tab} onTab={setTab} />
}

/** Where a profile is worked on. `start`: what was saved last, or what a new one begins with. */
function Bench({
  start,
  profile,
  tab,
  onTab,
}: {
  readonly start: string
  readonly profile: Profile | undefined
  readonly tab: string
  readonly onTab: (tab: string) => void
}) {
  const t = useText(profileText)
  const both = useBoth()
  const may = useMay()
  const { message } = App.useApp()
  const [source, setSource] = useState(start)
  const [note, setNote] = useState('')
  const [goTo, setGoTo] = useState<Pick<Fault, 'line' | 'column'>>()
  const mayEdit = may('suppliers.manage')
  const faults = useFaults(source)
  const dirty = profile !== undefined && source !== start
  const save = useSave(profile, source, note)
  useLeaveGuard(dirty && !save.running)
  const hasFaults = (faults?.length ?? 0) > 0
  const refusal = hasFaults
    ? t('fixFirst')
    : faults === undefined
      ? t('checking')
      : profile && !dirty
        ? t('nothingChanged')
        : profile && note.trim() === ''
          ? t('noteFirst')
          : undefined
  const draft = draftOf(source)
  return (
    <PageFrame
      title={(draft && both(draft.nameZh, draft.nameEn)) || t('newTitle')}
      back="/supplier-profiles"
      tags={profile && <Tag>{t('versionNo', { version: profile.latest })}</Tag>}
      actions={<Actions profile={profile} source={source} name={draft?.id || 'profile'} onText={setSource} />}
    >
      <div className="columns">
        <div className="span-6 stack">
          <Section title={t('source')} extra={<Verdict faults={faults} />}>
            <JsonEditor
              value={source}
              onChange={setSource}
              faults={faults ?? NONE}
              readOnly={!mayEdit}
              label={t('source')}
              goTo={goTo}
            />
            {hasFaults && <FaultList faults={faults ?? NONE} onGo={setGoTo} />}
            {mayEdit && (
              <div className="profile-save">
                {profile && (
                  <Input
                    value={note}
                    maxLength={200}
                    aria-label={t('note')}
                    placeholder={t('notePrompt')}
                    onChange={(event) => setNote(event.target.value)}
                  />
                )}
                <ActionButton type="primary" refusal={refusal} loading={save.running} onClick={save.go}>
                  {profile ? t('saveVersion', { version: profile.latest + 1 }) : t('saveNew')}
                </ActionButton>
              </div>
            )}
          </Section>
        </div>
        <div className="span-6 stack">
          <Section>
            <Tabs
              size="small"
              activeKey={mayEdit || tab !== 'trial' ? tab : 'versions'}
              onChange={onTab}
              items={[
                ...(mayEdit
                  ? [
                      {
                        key: 'trial',
                        label: t('tabTrial'),
                        children: <TrialPanel source={source} hasFaults={hasFaults} />,
                      },
                    ]
                  : []),
                ...(profile
                  ? [
                      {
                        key: 'versions',
                        label: t('tabVersions'),
                        children: (
                          <VersionsPanel
                            profile={profile}
                            onTake={
                              mayEdit
                                ? (version, text) => {
                                    setSource(text)
                                    void message.info(t('takenUp', { version }))
                                  }
                                : undefined
                            }
                          />
                        ),
                      },
                      {
                        key: 'users',
                        label: t('tabUsers', { count: profile.users.length }),
                        children: <UsersPanel profile={profile} />,
                      },
                    ]
                  : []),
              ]}
            />
          </Section>
        </div>
      </div>
    </PageFrame>
  )
}
const NONE: readonly Fault[] = []

function useSave(profile: Profile | undefined, source: string, note: string) {
  const t = useText(profileText)
  const navigate = useNavigate()
  const [key] = useState(newKey)
  const refresh = ['suppliers.']
  const create = useAction('suppliers.createProfile', { refresh, done: t('savedNew') })
  const save = useAction('suppliers.saveProfile', { refresh, done: t('savedVersion') })
  const go = async () => {
    if (profile) {
      await save.go({ params: { profileId: profile.id }, body: { source, note, after: profile.latest } })
      return
    }
    const created = await create.go({ body: { source } }, key)
    if (created) void navigate(`/supplier-profiles/${created.id}`, { replace: true })
  }
  return { go: () => void go(), running: create.running || save.running }
}

/** Asks before changes are lost. */
function useLeaveGuard(dirty: boolean): void {
  const common = useText(commonText)
  useBlocker(
    ({ currentLocation, nextLocation }) =>
      dirty &&
      currentLocation.pathname !== nextLocation.pathname &&
      !window.confirm(`${common('unsavedTitle')}\n${common('unsavedText')}`),
  )
}

function Verdict({ faults }: { readonly faults: readonly Fault[] | undefined }) {
  const t = useText(profileText)
  if (!faults) return <Typography.Text type="secondary">{t('checking')}</Typography.Text>
  if (faults.length === 0) return <Typography.Text type="success">{t('noFaults')}</Typography.Text>
  return <Typography.Text type="danger">{t('faults', { count: faults.length })}</Typography.Text>
}

function FaultList({
  faults,
  onGo,
}: {
  readonly faults: readonly Fault[]
  readonly onGo: (place: Pick<Fault, 'line' | 'column'>) => void
}) {
  const t = useText(profileText)
  return (
    <div className="profile-faults" role="alert">
      {faults.map((fault) => (
        <button
          key={`${fault.line} ${fault.column} ${fault.path} ${fault.code}`}
          type="button"
          className="profile-fault"
          onClick={() => onGo({ line: fault.line, column: fault.column })}
        >
          <span>{t('faultAt', { line: fault.line })}</span>
          <span>
            {fault.path !== '' && <code>{fault.path}</code>} {fault.message}
          </span>
        </button>
      ))}
    </div>
  )
}

function Actions({
  profile,
  source,
  name,
  onText,
}: {
  readonly profile: Profile | undefined
  readonly source: string
  readonly name: string
  readonly onText: (text: string) => void
}) {
  const t = useText(profileText)
  const may = useMay()
  const navigate = useNavigate()
  const confirm = useConfirmDanger()
  const remove = useAction('suppliers.removeProfile', { showProblem: false, done: t('removed') })
  return (
    <>
      {may('suppliers.manage') && (
        <FileButton icon={<UploadOutlined />} onText={onText}>
          {t('importFile')}
        </FileButton>
      )}
      <ActionButton icon={<DownloadOutlined />} onClick={() => saveAsFile(source, name)}>
        {t('exportFile')}
      </ActionButton>
      {profile && (
        <ActionButton
          danger
          icon={<DeleteOutlined />}
          permission="suppliers.manage"
          refusal={profile.suppliers > 0 ? t('usedBySome') : undefined}
          onClick={() =>
            confirm({
              title: t('remove'),
              object: `${profile.nameZh} ${profile.key}`,
              consequence: t('removeText'),
              onConfirm: async () => {
                await remove.run({ params: { profileId: profile.id } })
                setTimeout(() => void navigate('/supplier-profiles'))
              },
            })
          }
        >
          {t('remove')}
        </ActionButton>
      )}
    </>
  )
}

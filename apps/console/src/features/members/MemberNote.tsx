import { Button, Input, Typography } from 'antd'
import { useState } from 'react'
import { useAction } from '../../shared/api/hooks.ts'
import type { Output } from '../../shared/api/index.ts'
import { commonText } from '../../shared/i18n/common.ts'
import { useText } from '../../shared/i18n/index.ts'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { memberText } from './text.ts'

type Member = Output<'members.getMember'>

/** What colleagues should know; the member never sees it. */
export function MemberNote({ member }: { readonly member: Member }) {
  const t = useText(memberText)
  const common = useText(commonText)
  const may = useMay()
  const [note, setNote] = useState(member.note)
  const save = useAction('members.saveNote', { refresh: ['members.'], done: t('noteSaved') })
  return (
    <Section title={t('note')}>
      {may('members.manage') ? (
        <>
          <Input.TextArea
            value={note}
            onChange={(event) => setNote(event.target.value)}
            maxLength={500}
            placeholder={t('noteHint')}
            autoSize={{ minRows: 3, maxRows: 10 }}
          />
          {note.trim() !== member.note && (
            <Button
              type="primary"
              size="small"
              loading={save.running}
              onClick={() => void save.go({ params: { id: member.id }, body: { note, version: member.version } })}
              style={{ marginTop: 8 }}
            >
              {common('save')}
            </Button>
          )}
        </>
      ) : (
        <Typography.Text style={{ whiteSpace: 'pre-wrap' }} {...(member.note ? {} : { type: 'secondary' as const })}>
          {member.note || common('none')}
        </Typography.Text>
      )}
    </Section>
  )
}

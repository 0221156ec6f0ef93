import { useQueryClient } from '@tanstack/react-query'
import { Alert, App, Button, Checkbox, Typography } from 'antd'
import { useState } from 'react'
import { problemOf, upload } from '../../shared/api/index.ts'
import { formatCount } from '../../shared/format.ts'
import { useText } from '../../shared/i18n/index.ts'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { CodesField, useCodes } from './CodesField.tsx'
import type { Task } from './TaskPage.tsx'
import { workspaceText } from './text.ts'

/** The codes of one task, pasted or as a file. The server reads, checks and encrypts them; nothing of them is kept here. */
export function DeliverCodes({ task }: { readonly task: Task }) {
  const t = useText(workspaceText)
  const { message } = App.useApp()
  const queries = useQueryClient()
  const codes = useCodes()
  const [partial, setPartial] = useState(false)
  const [sending, setSending] = useState(false)
  const [problem, setProblem] = useState<string>()
  const send = async () => {
    if (codes.isEmpty) return setProblem(t('nothingGiven'))
    setSending(true)
    setProblem(undefined)
    try {
      const input = { params: { workTaskId: task.id }, ...(partial && { query: { partial: 'true' } }) }
      await upload('workspace.deliverCodes', input, codes.content, {
        method: 'POST',
        fileName: codes.fileName,
      })
      codes.clear()
      void message.success(t('deliveredDone'))
    } catch (error) {
      setProblem(problemOf(error).message)
    } finally {
      setSending(false)
      void queries.invalidateQueries({ predicate: ({ queryKey: [first] }) => String(first).startsWith('workspace.') })
    }
  }
  return (
    <Section title={t('deliver')}>
      <Typography.Paragraph type="secondary">
        {t('deliverText', { count: formatCount(task.quantity) })}
      </Typography.Paragraph>
      <CodesField codes={codes} />
      {problem !== undefined && <Alert type="error" showIcon title={problem} style={{ marginTop: 12 }} />}
      <div className="workspace-send">
        {task.quantity > 1 && (
          <Checkbox checked={partial} onChange={(event) => setPartial(event.target.checked)}>
            {t('partial')}
          </Checkbox>
        )}
        <Button type="primary" loading={sending} onClick={() => void send()}>
          {t('deliver')}
        </Button>
      </div>
    </Section>
  )
}

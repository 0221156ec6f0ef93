import { Affix, Alert, Button, Card, Form, type FormInstance, Modal, Skeleton } from 'antd'
import { type ReactNode, useEffect, useState } from 'react'
import { useBlocker } from 'react-router'
import { type Problem, problemOf } from '../api/problem.ts'
import { commonText } from '../i18n/common.ts'
import { useText } from '../i18n/index.ts'
import { useNotice } from '../parts/notice.tsx'
import { ErrorState } from './ErrorState.tsx'
import { PageFrame, type PageFrameProps } from './PageFrame.tsx'

type Props<Values extends object> = Omit<PageFrameProps, 'children'> & {
  /** Undefined while it is being read. */
  readonly initial: Values | undefined
  readonly error?: unknown
  readonly onRetry?: () => void
  /** Saves; what it throws is shown at the fields it names. */
  readonly onSave: (values: Values) => Promise<unknown>
  readonly saveText?: string
  /** More buttons beside Save; they get the checked values. */
  readonly extraActions?: (submit: (save: (values: Values) => Promise<unknown>) => Promise<void>) => ReactNode
  /** Why nothing can be saved: the form is shown, locked. */
  readonly locked?: string | undefined
  readonly form?: FormInstance<Values>
  /** From a server's path to a field's, where they differ. */
  readonly fieldOf?: (path: string) => (string | number)[]
  readonly children: ReactNode
}

/**
 * A form over a whole page: Save stays in sight, Ctrl/⌘ S saves, leaving with changes asks first, and a refusal of
 * the server stands at the fields it is about.
 */
export function FormPage<Values extends object>(props: Props<Values>) {
  const { initial, error, onRetry, onSave, saveText, extraActions, locked, fieldOf, children, ...frame } = props
  const t = useText(commonText)
  const [own] = Form.useForm<Values>()
  const form = props.form ?? own
  const [dirty, setDirty] = useState(false)
  const { submit, saving, problem } = useSubmit(form, fieldOf ?? pathOf, () => setDirty(false))
  useSaveKey(() => !locked && void submit(onSave))
  // What somebody else saved meanwhile must not replace what this person is typing; the version in the values tells.
  useEffect(() => {
    if (initial && !dirty) form.setFieldsValue(initial as never)
  }, [initial, dirty, form])

  return (
    <PageFrame {...frame}>
      <LeaveGuard dirty={dirty} />
      {initial === undefined ? (
        <Card>{error ? <ErrorState error={error} {...(onRetry ? { onRetry } : {})} /> : <Skeleton active />}</Card>
      ) : (
        <Form<Values>
          form={form}
          layout="vertical"
          initialValues={initial}
          disabled={locked !== undefined || saving}
          onValuesChange={() => setDirty(true)}
          scrollToFirstError={{ behavior: 'smooth', block: 'center' }}
          autoComplete="off"
        >
          {locked && <Alert type="info" showIcon title={locked} style={{ marginBottom: 12 }} />}
          <div className="stack">{children}</div>
          {!locked && (
            <Affix offsetBottom={0} style={{ marginTop: 12 }}>
              <footer className="form-foot">
                {problem && <Unplaced problem={problem} />}
                {extraActions?.(submit)}
                <Button type="primary" loading={saving} onClick={() => void submit(onSave)}>
                  {saveText ?? t('save')}
                </Button>
              </footer>
            </Affix>
          )}
        </Form>
      )}
    </PageFrame>
  )
}

/** Checks, saves, and puts a refusal at its fields. What has no field is shown as a notice. */
export function useSubmit<Values extends object>(
  form: FormInstance<Values>,
  fieldOf: (path: string) => (string | number)[] = pathOf,
  onSaved?: () => void,
) {
  const [saving, setSaving] = useState(false)
  const [problem, setProblem] = useState<Problem>()
  const notice = useNotice()
  const submit = async (save: (values: Values) => Promise<unknown>) => {
    setProblem(undefined)
    const values = await form.validateFields().catch((failure: { errorFields?: { name: (string | number)[] }[] }) => {
      const first = failure.errorFields?.[0]
      if (first) form.scrollToField(first.name as never, { behavior: 'smooth', block: 'center' })
      return undefined
    })
    if (values === undefined) return
    setSaving(true)
    try {
      await save(form.getFieldsValue(true) as Values)
      onSaved?.()
    } catch (failure) {
      const problem = problemOf(failure)
      if (problem.fields.length === 0) notice(failure)
      else {
        form.setFields(problem.fields.map((field) => ({ name: fieldOf(field.path), errors: [field.message] })) as never)
        const [first] = problem.fields
        if (first) form.scrollToField(fieldOf(first.path) as never, { behavior: 'smooth', block: 'center' })
        setProblem(problem)
      }
    } finally {
      setSaving(false)
    }
  }
  return { submit, saving, problem }
}

/** `skus.0.priceFen` → `['skus', 0, 'priceFen']`. */
export function pathOf(path: string): (string | number)[] {
  return path.split('.').map((part) => (/^\d+$/.test(part) ? Number(part) : part))
}

function Unplaced({ problem }: { readonly problem: Problem }) {
  const t = useText(commonText)
  return (
    <span className="form-foot-problem" role="alert">
      {problem.fields.length === 1 ? problem.fields[0]?.message : t('fieldsWrong', { count: problem.fields.length })}
    </span>
  )
}

/** Asks before changes are lost, inside the console by a dialog and at closing the page by the browser's own. */
function LeaveGuard({ dirty }: { readonly dirty: boolean }) {
  const t = useText(commonText)
  const blocker = useBlocker(
    ({ currentLocation, nextLocation }) => dirty && currentLocation.pathname !== nextLocation.pathname,
  )
  useEffect(() => {
    if (!dirty) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [dirty])
  return (
    <Modal
      open={blocker.state === 'blocked'}
      title={t('unsavedTitle')}
      destroyOnHidden
      okText={t('leave')}
      okButtonProps={{ danger: true, disabled: false }}
      cancelText={t('stay')}
      cancelButtonProps={{ disabled: false }}
      width={420}
      onOk={() => blocker.proceed?.()}
      onCancel={() => blocker.reset?.()}
    >
      {t('unsavedText')}
    </Modal>
  )
}

function useSaveKey(save: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 's') return
      event.preventDefault()
      save()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

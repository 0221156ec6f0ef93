import { DownloadOutlined } from '@ant-design/icons'
import { Alert, App, Button, Checkbox, Form, Input, Segmented, Tooltip } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { newKey, useAction } from '../../shared/api/hooks.ts'
import { download, type Input as RouteInput, upload } from '../../shared/api/index.ts'
import { useText } from '../../shared/i18n/index.ts'
import { SkuPicker } from '../../shared/parts/inputs.tsx'
import { useNotice } from '../../shared/parts/notice.tsx'
import { useMay } from '../../shared/session.tsx'
import { Section } from '../../shared/templates/DetailPage.tsx'
import { FormPage } from '../../shared/templates/FormPage.tsx'
import { FileField, type LinesFile } from './FileField.tsx'
import { MemberPicker } from './MemberPicker.tsx'
import { bulkText } from './text.ts'

type Facts = NonNullable<RouteInput<'bulk.create'>['body']>
type Values = Facts & { readonly file: LinesFile | null }

const EMPTY: Values = {
  name: '',
  note: '',
  payer: 'member',
  memberId: null,
  skuId: null,
  contact: '',
  allowRepeats: false,
  file: null,
}

/** A new bulk order: who pays, what for, and the lines; checked by the server, ordered only on its page. */
export function BulkNewPage() {
  const t = useText(bulkText)
  const may = useMay()
  const navigate = useNavigate()
  const { message } = App.useApp()
  const [form] = Form.useForm<Values>()
  const payer = Form.useWatch('payer', form) ?? 'member'
  const skuId = Form.useWatch('skuId', form) ?? null
  const name = Form.useWatch('name', form)
  const [checked, setChecked] = useState<number>()
  // The form is emptied once it has noticed that it is saved; whoever leaves before is asked whether to.
  useEffect(() => {
    if (checked !== undefined && name === EMPTY.name) void navigate(`/bulk/${checked}`)
  }, [checked, name, navigate])
  const create = useAction('bulk.create', { refresh: ['bulk.'], showProblem: false })
  // A file that cannot be read is corrected and sent into the same draft, not into another.
  const opened = useRef<{ readonly facts: string; readonly id: number }>(undefined)
  const save = async ({ file, ...facts }: Values) => {
    if (!file) return
    const said = JSON.stringify(facts)
    if (opened.current?.facts !== said) {
      const { id } = await create.run({ body: facts }, newKey())
      opened.current = { facts: said, id }
    }
    const { id } = opened.current
    await upload('bulk.upload', { params: { bulkId: id } }, file.content, { method: 'PUT', fileName: file.name })
    void message.success(t('checked'))
    setChecked(id)
  }
  return (
    <FormPage<Values>
      title={t('create')}
      hint={t('hint')}
      back="/bulk"
      form={form}
      initial={EMPTY}
      onSave={save}
      saveText={t('check')}
      narrow
    >
      <Section title={t('what')}>
        <div className="form-grid">
          <Form.Item
            name="name"
            label={t('name')}
            extra={t('nameHint')}
            rules={[{ required: true, whitespace: true, message: t('nameRequired') }]}
          >
            <Input maxLength={80} />
          </Form.Item>
          <Form.Item name="skuId" label={t('sku')} extra={t('skuHint')}>
            <SkuPicker placeholder={t('skuPlaceholder')} allowClear />
          </Form.Item>
          <Form.Item name="payer" label={t('payer')}>
            <Segmented
              options={[
                { value: 'member', label: t('payerMember') },
                {
                  value: 'shop',
                  disabled: !may('bulk.give'),
                  label: may('bulk.give') ? (
                    t('payerShop')
                  ) : (
                    <Tooltip title={t('giftForbidden')}>{t('payerShop')}</Tooltip>
                  ),
                },
              ]}
            />
          </Form.Item>
          {payer === 'member' ? (
            <Form.Item name="memberId" label={t('member')} rules={[{ required: true, message: t('memberRequired') }]}>
              <MemberPicker />
            </Form.Item>
          ) : (
            <Alert type="info" showIcon title={t('giftText')} style={{ alignSelf: 'center', marginBottom: 24 }} />
          )}
          <Form.Item name="contact" label={t('contact')} extra={t('contactHint')}>
            <Input maxLength={254} />
          </Form.Item>
          <Form.Item name="note" label={t('note')} style={{ marginBottom: 0 }}>
            <Input.TextArea maxLength={500} autoSize={{ minRows: 1, maxRows: 4 }} />
          </Form.Item>
        </div>
      </Section>
      <Section title={t('file')}>
        <Form.Item name="file" validateTrigger="onSubmit" rules={[{ required: true, message: t('fileRequired') }]}>
          <FileField extra={<TemplateButton skuId={skuId} />} />
        </Form.Item>
        <Form.Item
          name="allowRepeats"
          valuePropName="checked"
          extra={t('allowRepeatsHint')}
          style={{ marginBottom: 0 }}
        >
          <Checkbox>{t('allowRepeats')}</Checkbox>
        </Form.Item>
      </Section>
    </FormPage>
  )
}

/** An empty workbook with the columns that the chosen goods ask for. */
export function TemplateButton({ skuId }: { readonly skuId: number | null }) {
  const t = useText(bulkText)
  const notice = useNotice()
  const fetchIt = () =>
    download('bulk.exportTemplate', { query: skuId === null ? {} : { skuId } }).catch((error: unknown) => notice(error))
  return (
    <Tooltip title={t('templateHint')}>
      <Button icon={<DownloadOutlined />} onClick={() => void fetchIt()}>
        {t('template')}
      </Button>
    </Tooltip>
  )
}

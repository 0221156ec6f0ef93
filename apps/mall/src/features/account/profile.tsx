import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { call, problemOf } from '../../shared/api/client.ts'
import { meQuery } from '../../shared/api/queries.ts'
import type { Me } from '../../shared/api/types.ts'
import { useI18n } from '../../shared/i18n/index.ts'
import { Button } from '../../shared/ui/button.tsx'
import { TextField } from '../../shared/ui/field.tsx'
import { PersonIcon } from '../../shared/ui/icons.tsx'
import { Card } from '../../shared/ui/page.tsx'
import { Notice } from '../../shared/ui/states.tsx'
import { toast } from '../../shared/ui/toast.tsx'
import css from './account.module.css'

const NAME_LENGTH_MAX = 40

export function Profile({ me }: { readonly me: Me }) {
  const { t, day } = useI18n()
  const [editing, setEditing] = useState(false)
  return (
    <Card>
      <div className={css.person}>
        <span className={css.avatar} aria-hidden="true">
          {[...me.name][0] ?? <PersonIcon />}
        </span>
        <div>
          <p className={css.name}>{me.name || me.phoneMasked}</p>
          <p className={css.small}>
            {me.name && `${me.phoneMasked} · `}
            {t('me.memberSince', { at: day(me.createdAt) })}
          </p>
        </div>
        {!editing && (
          <Button look="quiet" size="small" onClick={() => setEditing(true)}>
            {t('me.editName')}
          </Button>
        )}
      </div>
      {editing && <NameForm me={me} onDone={() => setEditing(false)} />}
    </Card>
  )
}

function NameForm({ me, onDone }: { readonly me: Me; readonly onDone: () => void }) {
  const { t } = useI18n()
  const client = useQueryClient()
  const [name, setName] = useState(me.name)
  const save = useMutation({
    mutationFn: () => call('members.saveMe', { body: { name: name.trim() } }),
    onSuccess: (saved) => {
      client.setQueryData(meQuery.queryKey, saved)
      toast(t('me.saved'))
      onDone()
    },
  })
  return (
    <form
      className={css.edit}
      onSubmit={(event: FormEvent) => {
        event.preventDefault()
        save.mutate()
      }}
    >
      <TextField
        label={t('me.name')}
        autoComplete="nickname"
        maxLength={NAME_LENGTH_MAX}
        value={name}
        onChange={(event) => setName(event.target.value)}
      />
      {save.error && <Notice>{problemOf(save.error).message || t('errors.offlineText')}</Notice>}
      <div className={css.editActions}>
        <Button type="submit" look="primary" size="small" busy={save.isPending}>
          {t('me.save')}
        </Button>
        <Button size="small" onClick={onDone}>
          {t('common.cancel')}
        </Button>
      </div>
    </form>
  )
}

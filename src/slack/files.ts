import type { TextFile } from '../reply.ts'
import type { Api } from './api.ts'

const TIMEOUT_MS = 10_000

/** Hands a file over in a conversation, in the three steps Slack asks for. */
export async function upload(api: Api, workspace: string, channel: string, { name, text }: TextFile): Promise<void> {
  const bytes = Buffer.from(text)
  const ticket = await api.call(workspace, 'files.getUploadURLExternal', { filename: name, length: bytes.length })
  const sent = await fetch(ticket.upload_url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: bytes,
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!sent.ok) throw new Error(`Slack took no file: ${sent.status}`)
  await api.call(workspace, 'files.completeUploadExternal', {
    files: [{ id: ticket.file_id, title: name }],
    channel_id: channel,
  })
}

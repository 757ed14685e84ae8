import type { Api } from './api.ts'

const TIMEOUT_MS = 10_000

/** A file to hand over. */
export interface Upload {
  name: string
  bytes: Buffer
  /** What a picture shows, for people who hear it read. */
  description?: string
}

/** Hands a file over in a conversation, in the three steps Slack asks for. */
export async function upload(api: Api, workspace: string, channel: string, file: Upload): Promise<void> {
  const { name, bytes, description } = file
  const ticket = await api.call(workspace, 'files.getUploadURLExternal', {
    ...{ filename: name, length: bytes.length },
    ...(description && { alt_txt: description }),
  })
  const sent = await fetch(ticket.upload_url, {
    method: 'POST',
    headers: { 'Content-Type': 'application/octet-stream' },
    body: new Uint8Array(bytes),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  if (!sent.ok) throw new Error(`Slack took no file: ${sent.status}`)
  await api.call(workspace, 'files.completeUploadExternal', {
    files: [{ id: ticket.file_id, title: name }],
    channel_id: channel,
  })
}

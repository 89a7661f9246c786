// For the image, which has no curl: exit code 0 when frames are accepted, 1 when not.
const { FRAMELAB_HTTP_PORT: port, FRAMELAB_HTTP_TLS_CERT_FILE: certificate = '' } = process.env
// It asks itself, on loopback: whose certificate it is does not matter.
process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
try {
  const { ok } = await fetch(`${certificate === '' ? 'http' : 'https'}://127.0.0.1:${port}/readyz`)
  process.exitCode = ok ? 0 : 1
} catch {
  process.exitCode = 1
}

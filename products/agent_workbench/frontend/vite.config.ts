import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The workbench's server; streams pass the proxy unbuffered.
const API = process.env['WORKBENCH_API'] ?? 'http://127.0.0.1:8002';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  server: { port: 5174, proxy: { '/api': API } },
});

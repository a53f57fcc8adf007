import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    environment: 'node',
    include: ['packages/*/tests/**/*.test.{ts,tsx}', 'products/*/frontend/tests/**/*.test.{ts,tsx}'],
  },
});

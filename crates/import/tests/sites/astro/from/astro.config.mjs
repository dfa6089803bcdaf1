export default defineConfig({ site: 'https://sky.example' });

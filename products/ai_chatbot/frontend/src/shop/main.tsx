import { createRoot } from 'react-dom/client';
import { Shop } from './Shop';
import './shop.css';

const place = document.getElementById('shop');
if (place !== null) createRoot(place).render(<Shop />);

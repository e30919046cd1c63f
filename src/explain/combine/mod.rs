//! Methods that combine the maps of others.

pub mod guided_grad_cam;

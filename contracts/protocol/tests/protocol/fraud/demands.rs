//! demands

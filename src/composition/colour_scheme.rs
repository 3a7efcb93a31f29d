//! The colour scheme of each style: lightness, chroma and hue (OKLCH).

/// How the hue of a colour is determined.
#[derive(Clone, Copy)]
pub(super) enum HueSource {
    /// The product's hue plus an offset in degrees; the style's default hue if the product has none.
    Product(f32),
    /// As [`Product`](Self::Product), but dark yellow and yellow-green, which look dirty, are replaced.
    Clean(f32),
    /// A fixed hue.
    Own(f32),
}

/// The colours of a style, each as lightness, chroma and hue.
pub(super) struct ColourScheme {
    /// The base hue if the product has none.
    pub default_hue: f32,
    pub ground: (f32, f32, HueSource),
    pub ground_2: (f32, f32, HueSource),
    pub tint: (f32, f32, HueSource),
    pub accent: (f32, f32, HueSource),
    pub accent_2: (f32, f32, HueSource),
    pub ink: (f32, f32, HueSource),
}

impl HueSource {
    /// The hue in degrees for a product of this hue.
    pub(super) fn resolve(self, product: f32) -> f32 {
        match self {
            Self::Product(offset) => (product + offset).rem_euclid(360.0),
            Self::Clean(offset) => match (product + offset).rem_euclid(360.0) {
                50.0..105.0 => 40.0,
                105.0..155.0 => 165.0,
                hue => hue,
            },
            Self::Own(hue) => hue,
        }
    }
}

use HueSource::{Clean, Own, Product};

/// The schemes, ordered by style number.
pub(super) static SCHEMES: [ColourScheme; 8] = [
    // Neutral
    ColourScheme {
        default_hue: 75.0,
        ground: (0.965, 0.006, Product(0.0)),
        ground_2: (0.915, 0.012, Product(0.0)),
        tint: (0.885, 0.022, Product(0.0)),
        accent: (0.47, 0.09, Product(0.0)),
        accent_2: (0.72, 0.06, Product(0.0)),
        ink: (0.24, 0.012, Product(0.0)),
    },
    // Fresh
    ColourScheme {
        default_hue: 155.0,
        ground: (0.965, 0.03, Product(0.0)),
        ground_2: (0.925, 0.05, Product(12.0)),
        tint: (0.885, 0.07, Product(0.0)),
        accent: (0.5, 0.115, Product(0.0)),
        accent_2: (0.8, 0.1, Product(40.0)),
        ink: (0.31, 0.05, Product(0.0)),
    },
    // Gorgeous
    ColourScheme {
        default_hue: 300.0,
        ground: (0.5, 0.2, Clean(180.0)),
        ground_2: (0.42, 0.19, Clean(205.0)),
        tint: (0.545, 0.21, Clean(180.0)),
        accent: (0.87, 0.17, Own(95.0)),
        accent_2: (0.7, 0.2, Clean(120.0)),
        ink: (0.99, 0.01, Own(95.0)),
    },
    // Cool
    ColourScheme {
        default_hue: 290.0,
        ground: (0.23, 0.08, Own(285.0)),
        ground_2: (0.32, 0.15, Product(300.0)),
        tint: (0.36, 0.15, Own(290.0)),
        accent: (0.88, 0.2, Own(130.0)),
        accent_2: (0.68, 0.24, Own(350.0)),
        ink: (0.98, 0.01, Own(285.0)),
    },
    // Mysterious
    ColourScheme {
        default_hue: 60.0,
        ground: (0.17, 0.015, Product(0.0)),
        ground_2: (0.24, 0.03, Product(0.0)),
        tint: (0.3, 0.035, Product(0.0)),
        accent: (0.8, 0.11, Own(85.0)),
        accent_2: (0.6, 0.09, Own(75.0)),
        ink: (0.95, 0.02, Own(85.0)),
    },
    // Futuristic
    ColourScheme {
        default_hue: 235.0,
        ground: (0.2, 0.05, Own(255.0)),
        ground_2: (0.29, 0.09, Own(250.0)),
        tint: (0.38, 0.1, Own(245.0)),
        accent: (0.87, 0.14, Own(200.0)),
        accent_2: (0.68, 0.16, Own(250.0)),
        ink: (0.98, 0.01, Own(220.0)),
    },
    // Delicate
    ColourScheme {
        default_hue: 5.0,
        ground: (0.955, 0.028, Own(5.0)),
        ground_2: (0.915, 0.055, Own(355.0)),
        tint: (0.885, 0.075, Own(8.0)),
        accent: (0.58, 0.19, Own(5.0)),
        accent_2: (0.86, 0.08, Own(60.0)),
        ink: (0.37, 0.11, Own(5.0)),
    },
    // Festive
    ColourScheme {
        default_hue: 27.0,
        ground: (0.5, 0.2, Own(27.0)),
        ground_2: (0.43, 0.175, Own(25.0)),
        tint: (0.54, 0.21, Own(30.0)),
        accent: (0.87, 0.15, Own(88.0)),
        accent_2: (0.78, 0.16, Own(70.0)),
        ink: (0.975, 0.035, Own(95.0)),
    },
];

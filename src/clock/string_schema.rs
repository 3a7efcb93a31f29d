//! Schemas of types that are written as text: described once, for the OpenAPI document and for JSON schemas.

/// Describes a type that is written as text: what it is, its `format` or `pattern`, and an example.
macro_rules! string_schema {
    ($type:ident, $about:literal, $keyword:ident $form:literal, $example:literal) => {
        impl utoipa::PartialSchema for $type {
            fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
                let text = utoipa::openapi::ObjectBuilder::new()
                    .schema_type(utoipa::openapi::schema::Type::String)
                    .description(Some($about))
                    .examples([$example]);
                $crate::clock::string_schema!(@$keyword text, $form).into()
            }
        }

        impl utoipa::ToSchema for $type {}

        impl schemars::JsonSchema for $type {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "type": "string",
                    "description": $about,
                    (stringify!($keyword)): $form,
                    "examples": [$example],
                })
            }
        }
    };
    (@pattern $text:ident, $form:literal) => {
        $text.pattern(Some($form))
    };
    (@format $text:ident, $form:literal) => {
        $text.format(Some(utoipa::openapi::SchemaFormat::Custom($form.into())))
    };
}

pub(crate) use string_schema;

package ftpwire

// Fields that a probe recommends, or names, and no diagnosis does.
const (
	FieldPort       Field = "Port"
	FieldVariant    Field = "Variant"
	FieldCodePage   Field = "CodePage"
	FieldAllowClear Field = "ProbeOptions.AllowClear"
)

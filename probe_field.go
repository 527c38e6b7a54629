package ftpwire

// Fields that a probe recommends, or names, and no diagnosis does.
const (
	FieldPort       Field = "Port"
	FieldSecurity   Field = "Security"
	FieldAuth       Field = "Auth"
	FieldCodePage   Field = "CodePage"
	FieldAllowClear Field = "ProbeOptions.AllowClear"
)

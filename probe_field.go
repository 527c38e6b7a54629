package ftpwire

// Fields that a probe recommends, or names, and no diagnosis does.
const (
	FieldPort       Field = "Port"
	FieldAuth       Field = "Auth"
	FieldCodePage   Field = "CodePage"
	FieldDateFormat Field = "DateFormat"
	FieldAllowClear Field = "ProbeOptions.AllowClear"
)

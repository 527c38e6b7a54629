package ftpwire

// Fields that a probe recommends, or names, and no diagnosis does.
const (
	fieldPort       Field = "Port"
	fieldAuth       Field = "Auth"
	fieldCodePage   Field = "CodePage"
	fieldDateFormat Field = "DateFormat"
	fieldAllowClear Field = "ProbeOptions.AllowClear"
)

package listing

import "strings"

// causes is what servers and their systems print, in lower case, as a whole line or after the last ": " of one. Of the
// languages of ls, those whose months are known.
var causes = map[string]error{
	"no such file or directory":               errMessageNotExist,
	"no such file, directory or user":         errMessageNotExist,
	"no such file":                            errMessageNotExist,
	"no such directory":                       errMessageNotExist,
	"not found":                               errMessageNotExist,
	"does not exist":                          errMessageNotExist,
	"doesn't exist":                           errMessageNotExist,
	"cannot find the file specified":          errMessageNotExist,
	"datei oder verzeichnis nicht gefunden":   errMessageNotExist,
	"aucun fichier ou dossier de ce type":     errMessageNotExist,
	"aucun fichier ou répertoire de ce type":  errMessageNotExist,
	"no existe el fichero o el directorio":    errMessageNotExist,
	"no existe el archivo o el directorio":    errMessageNotExist,
	"file o directory non esistente":          errMessageNotExist,
	"arquivo ou diretório não encontrado":     errMessageNotExist,
	"arquivo ou diretório inexistente":        errMessageNotExist,
	"bestand of map bestaat niet":             errMessageNotExist,
	"ingen slik fil eller filkatalog":         errMessageNotExist,
	"filen eller katalogen finns inte":        errMessageNotExist,
	"tiedostoa tai hakemistoa ei ole":         errMessageNotExist,
	"nie ma takiego pliku ani katalogu":       errMessageNotExist,
	"adresář nebo soubor neexistuje":          errMessageNotExist,
	"nincs ilyen fájl vagy könyvtár":          errMessageNotExist,
	"niciun fișier sau director de acest tip": errMessageNotExist,
	"böyle bir dosya ya da dizin yok":         errMessageNotExist,
	"нет такого файла или каталога":           errMessageNotExist,
	"そのようなファイルやディレクトリはありません":                  errMessageNotExist,
	"没有那个文件或目录":                               errMessageNotExist,
	"沒有此一檔案或目錄":                               errMessageNotExist,
	"그런 파일이나 디렉터리가 없습니다":                      errMessageNotExist,

	"permission denied":       errMessagePermission,
	"operation not permitted": errMessagePermission,
	"access denied":           errMessagePermission,
	"access is denied":        errMessagePermission,
	"keine berechtigung":      errMessagePermission,
	"permission non accordée": errMessagePermission,
	"permiso denegado":        errMessagePermission,
	"permesso negato":         errMessagePermission,
	"permissão negada":        errMessagePermission,
	"toegang geweigerd":       errMessagePermission,
	"åtkomst nekas":           errMessagePermission,
	"brak dostępu":            errMessagePermission,
	"отказано в доступе":      errMessagePermission,
	"許可がありません":                errMessagePermission,
	"权限不够":                    errMessagePermission,
	"拒绝访问":                    errMessagePermission,

	"not a directory":                       ErrMessage,
	"input/output error":                    ErrMessage,
	"stale file handle":                     ErrMessage,
	"stale nfs file handle":                 ErrMessage,
	"file name too long":                    ErrMessage,
	"argument list too long":                ErrMessage,
	"arguments too long":                    ErrMessage,
	"too many open files":                   ErrMessage,
	"too many levels of symbolic links":     ErrMessage,
	"cannot allocate memory":                ErrMessage,
	"not enough memory":                     ErrMessage,
	"invalid argument":                      ErrMessage,
	"device not configured":                 ErrMessage,
	"no such device or address":             ErrMessage,
	"transport endpoint is not connected":   ErrMessage,
	"host is down":                          ErrMessage,
	"connection timed out":                  ErrMessage,
	"resource temporarily unavailable":      ErrMessage,
	"value too large for defined data type": ErrMessage,
	"command not found":                     ErrMessage, // not the name that was asked for
}

// sentences is how lines end, or begin, that are a sentence about a name.
var sentences = []struct {
	begin, end string
	cause      error
}{
	{"", " command not found", ErrMessage},
	{"", " not found", errMessageNotExist},
	{"", " does not exist", errMessageNotExist},
	{"", " doesn't exist", errMessageNotExist},
	{"", " unreadable", errMessagePermission},
	{"no such file or directory", "", errMessageNotExist},
	{"no such file: ", "", errMessageNotExist},
	{"no such directory: ", "", errMessageNotExist},
	{"file not found: ", "", errMessageNotExist},
	{"directory not found: ", "", errMessageNotExist},
	{"the system cannot find the ", " specified", errMessageNotExist},
	{"permission denied: ", "", errMessagePermission},
	{"enoent: ", "", errMessageNotExist},
	{"eacces: ", "", errMessagePermission},
	{"eperm: ", "", errMessagePermission},
}

// saysCause returns what a line in lower case says, or nil.
func saysCause(line string) error {
	line = strings.TrimRight(line, " .!")
	line = strings.TrimPrefix(line, "error: ")
	if err := causes[line]; err != nil {
		return err
	}
	if i := strings.LastIndex(line, ": "); i >= 0 {
		if err := causes[strings.TrimSpace(line[i+1:])]; err != nil {
			return err
		}
	}
	for _, s := range sentences {
		if strings.HasPrefix(line, s.begin) && strings.HasSuffix(line, s.end) && len(line) >= len(s.begin)+len(s.end) {
			return s.cause
		}
	}
	return nil
}

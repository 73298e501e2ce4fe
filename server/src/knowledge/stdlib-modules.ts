/**
 * Names of top-level modules that some CPython from 3.8 to 3.15 brings, on any platform: `sys.stdlib_module_names` of 3.10 to 3.13, the
 * library folder of 3.8, and from the release notes `compression`, `annotationlib` (3.14) and `profiling` (3.15).
 */
export const standardLibraryModules: ReadonlySet<string> = new Set(
  `
    __future__ _abc _ast _asyncio _bisect _blake2 _bz2 _codecs _collections _crypt _csv _ctypes _curses _datetime _dbm _decimal
    _functools _gdbm _hashlib _heapq _imp _interpchannels _interpqueues _interpreters _io _json _lzma _multiprocessing _operator _pickle
    _posixsubprocess _pydecimal _pyio _queue _random _signal _socket _sqlite3 _ssl _stat _string _struct _symtable _thread _tkinter
    _tracemalloc _warnings _weakref _winapi _zoneinfo _zstd abc aifc annotationlib antigravity argparse array ast asynchat asyncio
    asyncore atexit audioop base64 bdb binascii binhex bisect builtins bz2 cProfile calendar cgi cgitb chunk cmath cmd code codecs
    codeop collections colorsys compileall compression concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes
    curses dataclasses datetime dbm decimal difflib dis distutils doctest dummy_threading email encodings ensurepip enum errno
    faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib functools gc genericpath getopt getpass gettext glob
    graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect io ipaddress itertools json keyword
    lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder msilib msvcrt multiprocessing
    netrc nis nntplib nt ntpath nturl2path numbers opcode operator optparse os ossaudiodev parser pathlib pdb pickle pickletools pipes
    pkgutil platform plistlib poplib posix posixpath pprint profile profiling pstats pty pwd py_compile pyclbr pydoc pydoc_data pyexpat
    queue quopri random re readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site
    smtpd smtplib sndhdr socket socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep
    struct subprocess sunau symbol symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap this
    threading time timeit tkinter token tokenize tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata
    unittest urllib uu uuid venv warnings wave weakref webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport
    zlib zoneinfo
  `
    .trim()
    .split(/\s+/),
);
